# What needs no parentheses: literals, names, calls and forms that look like calls. SUBSTRING, POSITION and TRIM may be written
# with the standard's key words (ISO 6.30, 6.32); the tree has them as calls.

@lexer lexer

primary -> literal            {% tree.first %}
         | parameter          {% tree.first %}
         | reference          {% tree.first %}
         | call               {% tree.first %}
         | keyword_call       {% tree.first %}
         | case               {% tree.first %}
         | cast               {% tree.first %}
         | extract            {% tree.first %}
         | "(" expression ")" {% expression.parenthesised %}

reference -> name                         {% expression.reference %}
           | reference "." step_name      {% expression.field %}
           | reference "[" expression "]" {% expression.subscript %}

call -> ("RUNNING" | "FINAL"):? function_name "(" arguments ")" {% expression.call %}
      | niladic                                                {% expression.niladic %}
      | niladic "(" argument_list ")"                          {% expression.niladic %}

niladic -> ("CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME" | "LOCALTIMESTAMP" | "LOCALTIME") {% tree.firstOfFirst %}

arguments -> null                       {% expression.noArguments %}
           | star                       {% expression.starArgument %}
           | "DISTINCT":? argument_list {% expression.argumentsOf %}

argument_list -> expression ("," expression {% tree.second %}):* {% tree.list %}

keyword_call -> "SUBSTRING" "(" expression "FROM" expression ("FOR" expression {% tree.second %}):? ")" {% expression.substring %}
              | "POSITION" "(" concatenation "IN" concatenation ")"  {% expression.position %}
              | "POSITION" "(" expression "," expression ")"         {% expression.position %}
              | "TRIM" "(" expression "FROM" expression ")"          {% expression.trimOf %}
              | "TRIM" "(" trim_side expression:? "FROM" expression ")" {% expression.trim %}

trim_side -> ("BOTH" | "LEADING" | "TRAILING") {% tree.firstOfFirst %}

case -> "CASE" expression:? case_branch:+ ("ELSE" expression {% tree.second %}):? "END" {% expression.caseOf %}

case_branch -> "WHEN" expression "THEN" expression {% expression.branch %}

cast -> ("CAST" | "TRY_CAST") "(" expression "AS" type ")" {% expression.cast %}

extract -> "EXTRACT" "(" any_word "FROM" expression ")" {% expression.extract %}
