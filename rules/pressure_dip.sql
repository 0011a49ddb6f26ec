-- The textbook pattern in full ISO form: the pressure in a pipe falls and recovers, how low and how long? Nothing is
-- declared here, so the input is read to its end, sorted by ORDER BY, and each dip is one row; the rule is the file's name.
SELECT *
FROM pressure MATCH_RECOGNIZE (
  PARTITION BY pipe
  ORDER BY at
  MEASURES
    MATCH_NUMBER() AS dip,
    steady.bar AS bar_before,
    LAST(fall.bar) AS bar_lowest,
    LAST(recover.bar) AS bar_after,
    COUNT(fall.*) AS falling,
    CLASSIFIER() AS ends_with
  ONE ROW PER MATCH
  AFTER MATCH SKIP TO LAST recover
  PATTERN (steady fall+ recover+)
  DEFINE
    fall    AS bar < PREV(bar),
    recover AS bar > PREV(bar)
);
