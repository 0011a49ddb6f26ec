# Which words may be a name depends on where it stands; src/language/keywords.ts holds the sets.

@lexer lexer

name -> (%word | %clause | %form | %quoted) {% expression.name %}

bare_alias -> (%word | %quoted) {% expression.name %}

# Not every clause word: `x LIKE running ESCAPE (y)` would also be a call of ESCAPE.
function_name -> (%word | "LEFT" | "RIGHT") {% expression.name %}

step_name -> any_word {% expression.nameOf %}
           | %quoted  {% expression.nameOf %}

any_word -> (%word | %clause | %form | %reserved) {% tree.firstOfFirst %}
