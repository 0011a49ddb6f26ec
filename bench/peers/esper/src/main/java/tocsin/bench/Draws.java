package tocsin.bench;

/** As {@code bench/draws.ts}, to the bit. */
final class Draws {
  private int state;

  Draws(int seed) {
    state = seed;
  }

  /** A whole number of 32 bits, from 0. */
  long next() {
    state += 0x6d2b79f5;
    int t = state;
    t = (t ^ (t >>> 15)) * (t | 1);
    t ^= t + (t ^ (t >>> 7)) * (t | 61);
    return (t ^ (t >>> 14)) & 0xffffffffL;
  }

  int below(int end) {
    return (int) (next() % end);
  }

  int skewed(int end) {
    double share = next() / 4_294_967_296.0;
    return (int) Math.floor(end * share * share);
  }
}
