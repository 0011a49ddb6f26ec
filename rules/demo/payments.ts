import { Random } from './random.js';

/** One payment as it is posted. */
export interface Payment {
  readonly id: string;
  readonly card: string;
  readonly amount: number;
  readonly merchant: string;
  readonly channel: 'chip' | 'online';
  readonly city: string | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly at: string;
}

interface City {
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGIN = Date.parse('2026-03-02T00:00:00Z');
const CARDS = 3_000;

const CITIES: readonly City[] = [
  { name: 'Lisbon', lat: 38.72, lon: -9.14 },
  { name: 'Warsaw', lat: 52.23, lon: 21.01 },
  { name: 'Athens', lat: 37.98, lon: 23.73 },
  { name: 'Oslo', lat: 59.91, lon: 10.75 },
  { name: 'Chicago', lat: 41.88, lon: -87.63 },
  { name: 'Lima', lat: -12.05, lon: -77.04 },
  { name: 'Nairobi', lat: -1.29, lon: 36.82 },
  { name: 'Osaka', lat: 34.69, lon: 135.5 },
];

const SHOPS = [
  'Bakery',
  'Fuel Stop',
  'Corner Market',
  'Pharmacy',
  'Bookshop',
  'Cafe Luna',
  'Hardware',
  'Cinema',
  'Tram Kiosk',
  'Garden Centre',
];

/** Payments in order of time with, apart from them, what a watchful person would want to be told. */
export interface Scenario {
  readonly payments: readonly Payment[];
  /** A rule and the ids of the payments that it must name, one text an alert. */
  readonly answers: readonly string[];
  /** How many look-alikes are planted that must not be told of. */
  readonly innocent: number;
}

/** A day of a few thousand cards. Simulated: each episode is planted here and written down before any rule has run. */
export function simulatePayments(seed: number): Scenario {
  return new Generator(new Random(seed)).run();
}

class Generator {
  readonly #made: (Omit<Payment, 'id'> & { time: number; episode: number | null })[] = [];
  readonly #episodes: { readonly rule: string | null }[] = [];

  constructor(private readonly random: Random) {}

  run(): Scenario {
    const plots = [
      ...times(12, () => (card: string, home: City, at: number) => this.#cardTesting(card, home, at)),
      ...times(10, () => (card: string, home: City, at: number) => this.#impossibleTravel(card, home, at)),
      ...times(10, () => (card: string, _: City, at: number) => this.#burst(card, at)),
      ...times(8, () => (card: string, home: City, at: number) => this.#slowCashout(card, home, at)),
      ...times(8, () => (card: string, home: City, at: number) => this.#twoSmallSums(card, home, at)),
      ...times(8, () => (card: string, home: City, at: number) => this.#shoppingAbroadOnline(card, home, at)),
      ...times(8, () => (card: string, home: City, at: number) => this.#flight(card, home, at)),
      ...times(8, () => (card: string, _: City, at: number) => this.#vendingMachine(card, at)),
      ...times(8, () => (card: string, _: City, at: number) => this.#busyHour(card, at)),
    ];
    for (let i = 0; i < CARDS; i++) {
      const card = `4000 ${String(1_000 + (i % 9_000))} ${String(2_000 + ((i * 7) % 8_000))} ${String(1_000 + i)}`;
      const home = this.random.pick(CITIES);
      // Cards 0, 30, 60, ... have an episode in a quiet part of their day.
      const plot = i % 30 === 0 ? plots[i / 30] : undefined;
      const quiet = plot === undefined ? null : this.random.between(4 * HOUR, 16 * HOUR);
      this.#ordinaryDay(card, home, quiet);
      if (plot !== undefined && quiet !== null) plot(card, home, BEGIN + quiet);
    }
    return this.#finish();
  }

  /** Payments at least twenty minutes apart, near home; none within five hours after `quiet` begins. */
  #ordinaryDay(card: string, home: City, quiet: number | null): void {
    for (
      let at = this.random.between(0, 4 * HOUR);
      at < 24 * HOUR;
      at += this.random.between(20 * MINUTE, 5 * HOUR)
    ) {
      if (quiet !== null && at > quiet - 2 * HOUR && at < quiet + 5 * HOUR) continue;
      const amount =
        this.random.next() < 0.04 ? this.random.between(500, 1_500) : this.random.between(1, 180);
      this.#chip(card, home, amount, BEGIN + at, null);
    }
  }

  // ------------------------------------------------------------------ what must be told

  #cardTesting(card: string, home: City, begin: number): void {
    const episode = this.#episode('card_testing');
    const probes = this.random.whole(3, 5);
    let at = begin;
    for (let i = 0; i < probes; i++, at += this.random.between(5_000, 60_000)) {
      this.#online(card, `Donation ${i + 1}`, this.random.between(0.5, 1.9), at, episode);
    }
    this.#chip(card, home, this.random.between(510, 2_500), at + this.random.between(0, 2 * MINUTE), episode);
  }

  #impossibleTravel(card: string, home: City, begin: number): void {
    const episode = this.#episode('impossible_travel');
    this.#chip(card, home, this.random.between(10, 90), begin, episode);
    this.#chip(
      card,
      this.#farFrom(home),
      this.random.between(40, 400),
      begin + this.random.between(5 * MINUTE, 50 * MINUTE),
      episode,
    );
  }

  #burst(card: string, begin: number): void {
    const episode = this.#episode('merchant_burst');
    for (let i = 0; i < 6; i++) {
      this.#online(
        card,
        `Outlet ${i + 1}`,
        this.random.between(20, 90),
        begin + i * this.random.between(4_000, 22_000),
        episode,
      );
    }
  }

  // ------------------------------------------------------------------ what only looks like it

  #slowCashout(card: string, home: City, begin: number): void {
    const episode = this.#episode(null);
    for (let i = 0; i < 3; i++)
      this.#online(card, `Parking ${i + 1}`, this.random.between(0.5, 1.9), begin + i * MINUTE, episode);
    this.#chip(
      card,
      home,
      this.random.between(510, 900),
      begin + this.random.between(11 * MINUTE, 15 * MINUTE),
      episode,
    );
  }

  #twoSmallSums(card: string, home: City, begin: number): void {
    const episode = this.#episode(null);
    for (let i = 0; i < 2; i++)
      this.#online(card, `Music ${i + 1}`, this.random.between(0.5, 1.9), begin + i * MINUTE, episode);
    this.#chip(card, home, this.random.between(510, 900), begin + 5 * MINUTE, episode);
  }

  #shoppingAbroadOnline(card: string, home: City, begin: number): void {
    const episode = this.#episode(null);
    const far = this.#farFrom(home);
    this.#chip(card, home, 40, begin, episode);
    this.#pay(
      {
        card,
        amount: 65,
        merchant: `${far.name} Web Store`,
        channel: 'online',
        city: far.name,
        lat: far.lat,
        lon: far.lon,
      },
      begin + 9 * MINUTE,
      episode,
    );
  }

  #flight(card: string, home: City, begin: number): void {
    const episode = this.#episode(null);
    this.#chip(card, home, 12, begin, episode);
    this.#chip(card, this.#farFrom(home), 55, begin + this.random.between(2.5 * HOUR, 4 * HOUR), episode);
  }

  #vendingMachine(card: string, begin: number): void {
    const episode = this.#episode(null);
    for (let i = 0; i < 7; i++)
      this.#online(card, 'Vending 17', this.random.between(2, 4), begin + i * 12_000, episode);
  }

  #busyHour(card: string, begin: number): void {
    const episode = this.#episode(null);
    for (let i = 0; i < 7; i++)
      this.#online(
        card,
        `Market stall ${i + 1}`,
        this.random.between(5, 30),
        begin + i * this.random.between(3 * MINUTE, 4 * MINUTE),
        episode,
      );
  }

  // ------------------------------------------------------------------ making payments

  #episode(rule: string | null): number {
    return this.#episodes.push({ rule }) - 1;
  }

  #farFrom(home: City): City {
    return this.random.pick(
      CITIES.filter((city) => Math.abs(city.lon - home.lon) > 25 || Math.abs(city.lat - home.lat) > 25),
    );
  }

  #chip(card: string, city: City, amount: number, at: number, episode: number | null): void {
    const merchant = `${city.name} ${this.random.pick(SHOPS)}`;
    const lat = city.lat + this.random.between(-0.1, 0.1);
    const lon = city.lon + this.random.between(-0.1, 0.1);
    this.#pay({ card, amount, merchant, channel: 'chip', city: city.name, lat, lon }, at, episode);
  }

  #online(card: string, merchant: string, amount: number, at: number, episode: number | null): void {
    this.#pay({ card, amount, merchant, channel: 'online', city: null, lat: null, lon: null }, at, episode);
  }

  #pay(payment: Omit<Payment, 'id' | 'at'>, at: number, episode: number | null): void {
    const time = Math.round(at);
    this.#made.push({
      ...payment,
      amount: Math.round(payment.amount * 100) / 100,
      at: new Date(time).toISOString(),
      time,
      episode,
    });
  }

  #finish(): Scenario {
    this.#made.sort((a, b) => a.time - b.time);
    const ids = new Map<number, string[]>();
    const payments = this.#made.map(({ time: _, episode, ...payment }, i): Payment => {
      const id = `p${String(i + 1).padStart(6, '0')}`;
      if (episode !== null) ids.set(episode, [...(ids.get(episode) ?? []), id]);
      return { id, ...payment };
    });
    const answers = this.#episodes.flatMap(({ rule }, i) =>
      rule === null ? [] : [[rule, ...ids.get(i)!].join(' ')],
    );
    return { payments, answers, innocent: this.#episodes.filter(({ rule }) => rule === null).length };
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
