# What SQL has and Tocsin has not built: read, so that the error can name it and the rest of the text is checked as well.
# Whole statements and subqueries are found before the grammar is asked (src/language/unbuilt.ts).

@lexer lexer

distinct -> "DISTINCT" {% query.unsupported('DISTINCT') %}

join -> join_kind:? "JOIN" stream_reference ("FOR" "SYSTEM_TIME" "AS" "OF" sum):? join_condition:? {% query.unsupported('JOIN') %}

join_kind -> "INNER" | "CROSS" | "NATURAL" | ("LEFT" | "RIGHT" | "FULL") "OUTER":?

join_condition -> "ON" expression | "USING" "(" name ("," name):* ")"

grouping -> "GROUP" "BY" expression ("," expression):* {% query.unsupported('GROUP BY') %}
          | "HAVING" expression                        {% query.unsupported('HAVING') %}
          | "WINDOW" name "AS" "(" ("PARTITION" "BY" expression ("," expression):*):? order_by:? ")" {% query.unsupported('WINDOW') %}

set_operation -> ("UNION" | "INTERSECT" | "EXCEPT") ("ALL" | "DISTINCT"):? select_body {% query.setOperation %}

row_limit -> "LIMIT" (%integer | parameter)                                   {% query.unsupported('LIMIT') %}
           | "OFFSET" (%integer | parameter) ("ROW" | "ROWS"):?               {% query.unsupported('OFFSET') %}
           | "FETCH" ("FIRST" | "NEXT") %integer:? ("ROW" | "ROWS") "ONLY"    {% query.unsupported('FETCH') %}

window_table -> "TABLE" "(" window_call ")" {% tree.third %}
              | window_call                 {% tree.first %}

window_call -> ("TUMBLE" | "HOP" | "SESSION" | "CUMULATE") "(" window_argument ("," window_argument):* ")" {% query.windowCall %}

window_argument -> expression   {% tree.first %}
                 | "TABLE" name {% tree.second %}
