/** Exact decimal numbers: an integer and how many of its digits stand behind the point. Immutable. */
export class Decimal {
  constructor(
    readonly unscaled: bigint,
    /** Digits behind the point, 0 or more. */
    readonly scale: number,
  ) {}

  /** Reads `-12.50`, `.5`, `1e3`, `1.5E-2`; null for anything else. The scale is the number of digits written behind the point. */
  static parse(text: string): Decimal | null {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
    if (match === null) return null;
    const [, sign, whole = '', fraction = '', exponent = '0'] = match;
    if (whole === '' && fraction === '') return null;
    let scale = fraction.length - Number(exponent);
    if (Math.abs(scale) > 10_000) return null;
    let unscaled = BigInt(whole + fraction);
    if (scale < 0) {
      unscaled *= 10n ** BigInt(-scale);
      scale = 0;
    }
    return new Decimal(sign === '-' ? -unscaled : unscaled, scale);
  }

  /** A number by its shortest decimal form, as JSON writes it. Null when it is not finite. */
  static fromNumber(value: number): Decimal | null {
    return Number.isFinite(value) ? Decimal.parse(String(value)) : null;
  }

  static fromInteger(value: number | bigint): Decimal {
    return new Decimal(BigInt(value), 0);
  }

  /** Digits of the unscaled integer, at least 1. */
  get precision(): number {
    return (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().length;
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#at(scale) + other.#at(scale), scale);
  }

  sub(other: Decimal): Decimal {
    return this.add(other.negate());
  }

  mul(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale);
  }

  /** The quotient rounded half up to `scale` digits. Throws RangeError for division by zero. */
  div(other: Decimal, scale: number): Decimal {
    if (other.unscaled === 0n) throw new RangeError('division by zero');
    const shift = scale + other.scale - this.scale;
    const dividend = shift >= 0 ? this.unscaled * 10n ** BigInt(shift) : this.unscaled;
    const divisor = shift >= 0 ? other.unscaled : other.unscaled * 10n ** BigInt(-shift);
    return new Decimal(divideHalfUp(dividend, divisor), scale);
  }

  /** The remainder with the sign of the dividend. Throws RangeError for division by zero. */
  mod(other: Decimal): Decimal {
    if (other.unscaled === 0n) throw new RangeError('division by zero');
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.#at(scale) % other.#at(scale), scale);
  }

  negate(): Decimal {
    return new Decimal(-this.unscaled, this.scale);
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negate() : this;
  }

  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const a = this.#at(scale);
    const b = other.#at(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** The same number with `scale` digits behind the point, rounded half up (away from zero). */
  rescale(scale: number): Decimal {
    if (scale >= this.scale) return new Decimal(this.#at(scale), scale);
    return new Decimal(divideHalfUp(this.unscaled, 10n ** BigInt(this.scale - scale)), scale);
  }

  toNumber(): number {
    return Number(this.toString());
  }

  /** Plain digits, never an exponent: `-12.50`. */
  toString(): string {
    const sign = this.unscaled < 0n ? '-' : '';
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled)
      .toString()
      .padStart(this.scale + 1, '0');
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  #at(scale: number): bigint {
    return this.unscaled * 10n ** BigInt(scale - this.scale);
  }
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const a = dividend < 0n ? -dividend : dividend;
  const b = divisor < 0n ? -divisor : divisor;
  const quotient = (2n * a + b) / (2n * b);
  return negative ? -quotient : quotient;
}
