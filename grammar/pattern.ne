# Row patterns, ISO 7.9. `->` and NOT are extensions. Loosest first; a quantifier belongs to the one thing before it.

@lexer lexer

pattern -> alternatives                {% pattern.alternation %}

alternatives -> sequence                  {% pattern.chain %}
              | alternatives "|" sequence {% pattern.chainBehindBar %}

sequence -> elements                   {% pattern.concatenation %}

elements -> element                    {% pattern.chain %}
          | elements element           {% pattern.chainOn %}

element -> pattern_primary            {% tree.first %}
         | pattern_primary quantifier {% pattern.quantified %}
         | "->"                       {% pattern.gap %}
         | "NOT" name                 {% pattern.not %}
         | "NOT" "(" name ("|" name {% tree.second %}):* ")" {% pattern.notAny %}

pattern_primary -> name                {% pattern.variable %}
                 | "(" ")"             {% pattern.empty %}
                 | "(" pattern ")"     {% pattern.group %}
                 | "^"                 {% pattern.anchor('start') %}
                 | "$"                 {% pattern.anchor('end') %}
                 | "{-" pattern "-}"   {% pattern.exclusion %}
                 | "PERMUTE" "(" pattern ("," pattern {% tree.second %}):* ")" {% pattern.permute %}

quantifier -> quantity "?":? {% pattern.quantifier %}

quantity -> "*" {% pattern.star %}
          | "+" {% pattern.plus %}
          | "?" {% pattern.optional %}
          | "{" %integer "}"              {% pattern.exactly %}
          | "{" %integer "," "}"          {% pattern.atLeast %}
          | "{" "," "}"                   {% pattern.noBounds %}
          | "{" "," %integer "}"          {% pattern.atMost %}
          | "{" %integer "," %integer "}" {% pattern.between %}
