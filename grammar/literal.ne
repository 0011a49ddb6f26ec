# ISO 5.3. A number has no sign of its own; an interval may.

@lexer lexer

literal -> (%integer | %number)      {% expression.number %}
         | %string                   {% expression.string %}
         | ("TRUE" | "FALSE")        {% expression.boolean %}
         | "NULL"                    {% expression.nothing %}
         | "TIMESTAMP" %string       {% expression.timestamp %}
         | "INTERVAL" ("-" | "+"):? %string unit ("TO" unit {% tree.second %}):? {% expression.interval %}

parameter -> %parameter {% expression.parameter %}

unit -> ("YEAR" | "MONTH" | "WEEK" | "DAY" | "HOUR" | "MINUTE" | "SECOND" | "MILLISECOND"
      | "YEARS" | "MONTHS" | "WEEKS" | "DAYS" | "HOURS" | "MINUTES" | "SECONDS" | "MILLISECONDS") {% tree.firstOfFirst %}
