# CREATE RULE name [WITH (options)] AS SELECT ...

@lexer lexer

create_rule -> "CREATE" "RULE" name with_options:? "AS" select {% statement.createRule %}
