# MATCH_RECOGNIZE, ISO 7.7 with its clauses in the standard's order. WITHIN stands where Flink has it; WITH TIMED OUT MATCHES,
# NO SKIP, EMIT EARLIEST and `v AS stream WHERE` are extensions.

@lexer lexer

match_recognize -> "MATCH_RECOGNIZE" "("
    partition_by:? order_by:? measures:? rows_per_match:? after_match:?
    "PATTERN" "(" pattern ")" within:? emit_earliest:? subset:? define:?
  ")" {% query.matchRecognize %}

partition_by -> "PARTITION" "BY" expression ("," expression {% tree.second %}):* {% query.listBehindTwo %}

measures -> "MEASURES" measure ("," measure {% tree.second %}):* {% query.listBehindOne %}
measure -> expression "AS" name {% query.measure %}

rows_per_match -> "ONE" "ROW" "PER" "MATCH"                                {% query.rowsPerMatch('one') %}
                | "ONE" "ROW" "PER" "MATCH" "WITH" "TIMED" "OUT" "MATCHES" {% query.rowsPerMatch('one_with_timed_out') %}
                | "ALL" "ROWS" "PER" "MATCH"                               {% query.rowsPerMatch('all') %}
                | "ALL" "ROWS" "PER" "MATCH" "SHOW" "EMPTY" "MATCHES"      {% query.rowsPerMatch('all_show_empty') %}
                | "ALL" "ROWS" "PER" "MATCH" "OMIT" "EMPTY" "MATCHES"      {% query.rowsPerMatch('all_omit_empty') %}
                | "ALL" "ROWS" "PER" "MATCH" "WITH" "UNMATCHED" "ROWS"     {% query.rowsPerMatch('all_with_unmatched') %}

after_match -> "AFTER" "MATCH" "SKIP" "PAST" "LAST" "ROW" {% query.skip('past_last_row') %}
             | "AFTER" "MATCH" "SKIP" "TO" "NEXT" "ROW"   {% query.skip('to_next_row') %}
             | "AFTER" "MATCH" "SKIP" "TO" "FIRST" name   {% query.skip('to_first') %}
             | "AFTER" "MATCH" "SKIP" "TO" "LAST" name    {% query.skip('to_last') %}
             | "AFTER" "MATCH" "SKIP" "TO" name           {% query.skip('to_last') %}
             | "AFTER" "MATCH" "NO" "SKIP"                {% query.skip('no_skip') %}

within -> "WITHIN" expression {% tree.second %}

emit_earliest -> "EMIT" "EARLIEST" {% tree.first %}

subset -> "SUBSET" subset_item ("," subset_item {% tree.second %}):* {% query.listBehindOne %}
subset_item -> name "=" "(" name ("," name {% tree.second %}):* ")" {% query.subset %}

define -> "DEFINE" definition ("," definition {% tree.second %}):* {% query.listBehindOne %}
definition -> name "AS" expression where:? {% query.definition %}
