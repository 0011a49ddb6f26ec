# SELECT items FROM streams [WHERE condition] [ORDER BY keys], ISO 7.16. What is not built has its rules in unbuilt.ne.

@lexer lexer

select -> select_body set_operation:* order_by:? row_limit:* {% query.select %}

select_body -> "SELECT" distinct:? select_item ("," select_item {% tree.second %}):* "FROM" from join:* where:? grouping:*
  {% query.selectBody %}

select_item -> expression alias:? {% query.selectItem %}
             | star               {% query.selectItem %}

star -> "*"          {% query.star %}
      | name "." "*" {% query.qualifiedStar %}

where -> "WHERE" expression {% tree.second %}

alias -> "AS" name  {% tree.second %}
       | bare_alias {% tree.first %}
