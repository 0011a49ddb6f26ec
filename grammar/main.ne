# The rule language, a clause a file. ISO/IEC 9075-2:2016 is named where a clause follows it.
#
# The lexer has dropped white space and comments and written words in upper case: "FROM" is a word in any case. A name is a
# rule of names.ne, never a bare token. There is exactly one parse of every text (test/language/print.test.ts).

@preprocessor typescript
@lexer lexer

@{%
import { lexer } from './token.js';
import * as expression from './tree/expression.js';
import * as pattern from './tree/pattern.js';
import * as query from './tree/query.js';
import * as statement from './tree/statement.js';
import * as tree from './tree/span.js';
%}

main -> create_stream {% tree.first %}
      | create_rule   {% tree.first %}
      | select        {% tree.first %}

@include "create_stream.ne"
@include "create_rule.ne"
@include "options.ne"
@include "types.ne"
@include "select.ne"
@include "from.ne"
@include "order_by.ne"
@include "unbuilt.ne"
@include "match_recognize.ne"
@include "pattern.ne"
@include "expression.ne"
@include "primary.ne"
@include "literal.ne"
@include "names.ne"
