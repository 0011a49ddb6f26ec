package tocsin.bench;

/** An event, ready made. Times are milliseconds since the epoch. */
public final class Tick {
  private final String key;
  private final String kind;
  private final int code;
  private final double level;
  private final double value;
  private final long at;

  Tick(String key, String kind, int code, double level, double value, long at) {
    this.key = key;
    this.kind = kind;
    this.code = code;
    this.level = level;
    this.value = value;
    this.at = at;
  }

  public String getKey() {
    return key;
  }

  public String getKind() {
    return kind;
  }

  public int getCode() {
    return code;
  }

  public double getLevel() {
    return level;
  }

  public double getValue() {
    return value;
  }

  public long getAt() {
    return at;
  }
}
