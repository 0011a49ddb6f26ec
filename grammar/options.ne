# WITH (name = value, ...)

@lexer lexer

with_options -> "WITH" "(" option ("," option {% tree.second %}):* ")" {% statement.options %}

option -> name "=" option_value {% statement.option %}

option_value -> literal          {% tree.first %}
              | signed_number    {% tree.first %}
              | parameter        {% tree.first %}

signed_number -> "-" (%integer | %number) {% statement.negativeNumber %}
