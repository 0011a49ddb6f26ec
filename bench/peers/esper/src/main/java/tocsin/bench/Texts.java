package tocsin.bench;

/** The rules of the bench in EPL. WITHIN includes its end, {@code timer:within} does not: one millisecond more is the same. */
final class Texts {
  private Texts() {}

  static final String ISO =
      "select * from Tick match_recognize ("
          + " partition by key"
          + " measures A.value as a, count(B.value) as bs, C.value as c"
          + " pattern (A B+ C)"
          + " define A as A.kind = 'A',"
          + " B as B.kind = 'B' and B.value < A.value,"
          + " C as C.kind = 'C' and C.value > A.value)";

  static String keyed(int window) {
    return steps("", window);
  }

  static String keyedByContext(int window) {
    return "create context ByKey partition by key from Tick; context ByKey"
        + " select a.value as a, b.value as b, c.value as c from pattern ["
        + " every a=Tick(kind = 'A', value < 50) -> ("
        + " (b=Tick(kind = 'B', value < 50) -> c=Tick(kind = 'C', value < 50))"
        + within(window);
  }

  /** Three steps with a constant of their own. */
  static String registered(int number) {
    return steps("code = " + number + ", ", 600_000);
  }

  static String[] family(String name) {
    String equality = "select code from Tick(code = ?:n:integer)";
    String range = "select level from Tick(level >= ?:low:double, level < ?:high:double)";
    return switch (name) {
      case "equality" -> new String[] {equality};
      case "ranges" -> new String[] {range};
      case "mixed" -> new String[] {
        equality, range, "select code, value from Tick(code = ?:n:integer, value < 1000)"
      };
      case "keyed" -> new String[] {steps("code = ?:n:integer, ", 600_000)};
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String steps(String condition, int window) {
    return "select a.value as a, b.value as b, c.value as c from pattern ["
        + " every a=Tick(" + condition + "kind = 'A', value < 50) -> ("
        + " (b=Tick(" + condition + "key = a.key, kind = 'B', value < 50)"
        + " -> c=Tick(" + condition + "key = a.key, kind = 'C', value < 50))"
        + within(window);
  }

  private static String within(int window) {
    return " where timer:within(" + (window + 1) + " milliseconds))]";
  }
}
