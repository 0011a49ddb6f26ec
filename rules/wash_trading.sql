-- An account buys and, within a minute, sells as much again at the same price: trades with oneself, to feign a market.
-- AFTER MATCH NO SKIP lists every pair, also where pairs share a trade: as evidence, not as one alert an episode.
CREATE STREAM trades (
  account VARCHAR NOT NULL, instrument VARCHAR NOT NULL, side VARCHAR, quantity BIGINT, price DECIMAL(10, 2), at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '1' SECOND
) WITH (key = 'account, instrument');

CREATE RULE wash_trading WITH (severity = 'medium') AS
SELECT account, instrument, buy.quantity, buy.price, buy.at AS bought, sell.at AS sold
FROM trades MATCH_RECOGNIZE (
  PARTITION BY account, instrument
  AFTER MATCH NO SKIP
  PATTERN (buy -> sell) WITHIN INTERVAL '1' MINUTE
  DEFINE
    buy  AS side = 'buy',
    sell AS side = 'sell' AND quantity = buy.quantity AND price = buy.price
);
