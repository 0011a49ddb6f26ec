# The ladder of precedence, loosest first (ISO 6.28 to 6.39, 8.1 to 8.15). This is its only place; print.ts mirrors it and the
# round trip checks that it does. A comparison does not chain.

@lexer lexer

expression -> disjunction {% tree.first %}

disjunction -> conjunction                  {% tree.first %}
             | disjunction "OR" conjunction {% expression.binary %}

conjunction -> negation                   {% tree.first %}
             | conjunction "AND" negation {% expression.binary %}

negation -> test           {% tree.first %}
          | "NOT" negation {% expression.unary %}

test -> comparison                                     {% tree.first %}
      | test "IS" "NOT":? ("NULL" | "TRUE" | "FALSE" | "UNKNOWN") {% expression.isTest %}
      | test "IS" "NOT":? "DISTINCT" "FROM" concatenation         {% expression.isDistinct %}

comparison -> concatenation                                                            {% tree.first %}
            | concatenation comparator concatenation                                   {% expression.binary %}
            | concatenation "NOT":? "BETWEEN" concatenation "AND" concatenation        {% expression.between %}
            | concatenation "NOT":? "IN" "(" expression ("," expression {% tree.second %}):* ")" {% expression.inList %}
            | concatenation "NOT":? "LIKE" concatenation ("ESCAPE" concatenation {% tree.second %}):? {% expression.like %}

comparator -> ("=" | "<>" | "!=" | "<" | "<=" | ">" | ">=") {% tree.firstOfFirst %}

concatenation -> sum                      {% tree.first %}
               | concatenation "||" sum   {% expression.binary %}

sum -> product                  {% tree.first %}
     | sum ("+" | "-") product  {% expression.binaryOf %}

product -> signed                          {% tree.first %}
         | product ("*" | "/" | "%") signed {% expression.binaryOf %}

signed -> primary              {% tree.first %}
        | ("-" | "+") signed   {% expression.unaryOf %}
