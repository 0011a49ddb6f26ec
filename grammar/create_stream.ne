# CREATE STREAM name (column type [NOT NULL], ..., WATERMARK FOR column AS expression) [WITH (options)]

@lexer lexer

create_stream -> "CREATE" "STREAM" name "(" stream_element ("," stream_element {% tree.second %}):* ")" with_options:?
  {% statement.createStream %}

stream_element -> column_definition {% tree.first %}
                | watermark         {% tree.first %}

column_definition -> name type ("NOT" "NULL"):? {% statement.columnDefinition %}

watermark -> "WATERMARK" "FOR" name "AS" expression {% statement.watermark %}
