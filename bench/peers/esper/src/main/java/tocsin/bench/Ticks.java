package tocsin.bench;

/** Events in order, as many as are asked for: those of {@code bench/ticks.ts} and of {@code RuleTicks} in {@code bench/rules.ts}. */
abstract class Ticks {
  static final long START = 1_767_225_600_000L;
  static final int STEP = 5;

  private long count = 0;

  Tick[] take(int number) {
    Tick[] ticks = new Tick[number];
    for (int i = 0; i < number; i++) ticks[i] = next(START + count++ * STEP);
    return ticks;
  }

  abstract Tick next(long at);

  static Ticks plain(int seed, int keys, String kinds) {
    Draws draws = new Draws(seed);
    String[] names = names(keys);
    String[] letters = kinds.split("");
    return new Ticks() {
      @Override
      Tick next(long at) {
        String key = names[draws.skewed(keys)];
        String kind = letters[draws.below(letters.length)];
        double value = draws.below(10_000) / 100.0;
        return new Tick(key, kind, 0, 0, value, at);
      }
    };
  }

  static Ticks forRules(int rules, boolean isKeyed) {
    Draws draws = new Draws(4);
    int keys = 10_000;
    String[] names = names(keys);
    String[] letters = {"A", "B", "C", "D"};
    return new Ticks() {
      @Override
      Tick next(long at) {
        int key = draws.skewed(keys);
        String kind = letters[draws.below(4)];
        double value = draws.below(10_000) / 100.0;
        boolean isHit = draws.below(10) == 0;
        long target = draws.next();
        long beside = draws.next();
        int code = isKeyed ? key % rules : (int) (target % rules) + (isHit ? 0 : rules);
        double level = (beside % rules) + (isHit ? 0 : rules) + value / 100;
        return new Tick(names[key], kind, code, level, value, at);
      }
    };
  }

  private static String[] names(int keys) {
    String[] names = new String[keys];
    for (int i = 0; i < keys; i++) names[i] = "key-" + i;
    return names;
  }
}
