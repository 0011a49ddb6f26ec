# Data types, ISO 6.1: any name, so that the binder can say which types there are. Collections as in the standard
# (`T ARRAY`, `ROW(a T)`) and as Trino and Flink write them (`ARRAY(T)`, `ARRAY<T>`, `ROW<a T>`).

@lexer lexer

type -> simple_type      {% tree.first %}
      | type "ARRAY"     {% statement.arrayBehind %}

simple_type -> type_word type_numbers:?                              {% statement.plainType %}
             | "DOUBLE" "PRECISION"                                  {% statement.longType %}
             | "CHARACTER" "VARYING" type_numbers:?                  {% statement.longType %}
             | "TIMESTAMP" type_numbers:? ("WITH" | "WITHOUT") "LOCAL":? "TIME" "ZONE" {% statement.longType %}
             | "INTERVAL"                                            {% statement.longType %}
             | "INTERVAL" unit                                       {% statement.longType %}
             | "INTERVAL" unit "TO" unit                             {% statement.longType %}
             | "ARRAY" "<" type ">"                                  {% statement.arrayOf %}
             | "ARRAY" "(" type ")"                                  {% statement.arrayOf %}
             | "ROW" "<" type_fields ">"                             {% statement.rowOf %}
             | "ROW" "(" type_fields ")"                             {% statement.rowOf %}

type_word -> %word {% tree.first %}

type_numbers -> "(" %integer ("," %integer {% tree.second %}):* ")" {% statement.typeNumbers %}

type_fields -> column_definition ("," column_definition {% tree.second %}):* {% tree.list %}
