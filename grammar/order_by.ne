# ORDER BY key [ASC | DESC] [NULLS FIRST | LAST], ..., ISO 10.10

@lexer lexer

order_by -> "ORDER" "BY" sort_key ("," sort_key {% tree.second %}):* {% query.listBehindTwo %}

sort_key -> expression ("ASC" | "DESC"):? ("NULLS" ("FIRST" | "LAST")):? {% query.sortKey %}
