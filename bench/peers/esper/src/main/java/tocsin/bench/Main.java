package tocsin.bench;

import com.espertech.esper.common.client.EPCompiled;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One measurement of Esper; the result is one line of JSON. Usage:
 *
 * <pre>
 * keyed KEYS WINDOW_MS COUNT pattern|context
 * iso KEYS COUNT
 * rules equality|ranges|mixed|keyed RULES COUNT
 * register STATEMENTS
 * </pre>
 */
public final class Main {
  private static final int WARM_UP = 2;
  private static final int ROUNDS = 5;

  private interface Deployed {
    void to(Esper esper) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "keyed" -> {
        int keys = Integer.parseInt(args[1]);
        int window = Integer.parseInt(args[2]);
        String epl = args[4].equals("context") ? Texts.keyedByContext(window) : Texts.keyed(window);
        Deployed deployed = esper -> esper.deploy(esper.compile(epl), null);
        measure(deployed, () -> Ticks.plain(1, keys, "ABCD"), Integer.parseInt(args[3]));
      }
      case "iso" -> {
        int keys = Integer.parseInt(args[1]);
        Deployed deployed = esper -> esper.deploy(esper.compile(Texts.ISO), null);
        measure(deployed, () -> Ticks.plain(2, keys, "ABBBC"), Integer.parseInt(args[2]));
      }
      case "rules" -> {
        int rules = Integer.parseInt(args[2]);
        boolean isKeyed = args[1].equals("keyed");
        Deployed deployed = esper -> deployRules(esper, args[1], rules);
        measure(deployed, () -> Ticks.forRules(rules, isKeyed), Integer.parseInt(args[3]));
      }
      case "register" -> register(Integer.parseInt(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Each kind of text is compiled once and deployed with its constants: thus ten thousand take seconds, not a minute. */
  private static void deployRules(Esper esper, String family, int rules) throws Exception {
    List<EPCompiled> compiled = new ArrayList<>();
    String[] texts = Texts.family(family);
    for (String text : texts) compiled.add(esper.compile(text));
    for (int i = 0; i < rules; i++) {
      int kind = i % texts.length;
      int number = i;
      esper.deploy(
          compiled.get(kind),
          context -> {
            if (texts[kind].contains("?:n:integer")) context.setObject("n", number);
            else {
              context.setObject("low", (double) number);
              context.setObject("high", (double) number + 1);
            }
          });
    }
  }

  private interface Source {
    Ticks make();
  }

  /** Everything runs twice, and the second time counts: its code is compiled by then. */
  private static void measure(Deployed deployed, Source source, int count) throws Exception {
    run("warm-up", deployed, source, count);
    System.gc();
    System.out.println(run("measured", deployed, source, count));
  }

  private static String run(String uri, Deployed deployed, Source source, int count) throws Exception {
    try (Esper esper = new Esper(uri)) {
      long before = used();
      deployed.to(esper);
      Ticks ticks = source.make();
      List<Double> rates = new ArrayList<>();
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        Tick[] batch = ticks.take(count);
        long began = System.nanoTime();
        esper.play(batch);
        if (round >= 0) rates.add(count / ((System.nanoTime() - began) / 1e9));
      }
      return json(rates, esper.matches(), used() - before);
    }
  }

  /** Milliseconds a statement, text to running, in rounds; each text has constants of its own, as ours. */
  private static void register(int statements) throws Exception {
    try (Esper esper = new Esper("register")) {
      List<Double> perStatement = new ArrayList<>();
      int number = 0;
      for (int round = -1; round < ROUNDS; round++) {
        long began = System.nanoTime();
        for (int i = 0; i < statements / ROUNDS; i++) {
          esper.deploy(esper.compile(Texts.registered(number++)), null);
        }
        double took = (System.nanoTime() - began) / 1e6 / (statements / ROUNDS);
        if (round >= 0) perStatement.add(took);
      }
      System.out.println(json(perStatement, number, used()));
    }
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static String json(List<Double> samples, long count, long memory) {
    String list = samples.stream().map(String::valueOf).collect(Collectors.joining(","));
    return "{\"samples\":[" + list + "],\"count\":" + count + ",\"memory\":" + memory + "}";
  }
}
