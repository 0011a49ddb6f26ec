# FROM stream [alias], ... [MATCH_RECOGNIZE (...) [AS alias]]

@lexer lexer

from -> stream_reference ("," stream_reference {% tree.second %}):* {% query.from %}
      | stream_reference ("," stream_reference {% tree.second %}):* match_recognize alias:? {% query.fromMatch %}
      | window_table alias:? {% query.fromWindow %}

stream_reference -> name alias:? {% query.streamReference %}
