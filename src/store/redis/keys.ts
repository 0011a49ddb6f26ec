/** The names of everything a partition keeps in Redis. */
export interface Keys {
  /** String: the version of this layout. */
  readonly format: string;
  /** Stream: the log's records; the id is `<first offset>-1`, because Redis takes no id 0-0. */
  readonly log: string;
  /** Stream: the log as it is copied to be changed; gone when that is done. */
  readonly copy: string;
  /** Hash: `first` offset kept, `next` offset to give out, last `stamp`. */
  readonly head: string;
  /** Sorted set: digests of the ids that tell repeats, by stamp. */
  readonly ids: string;
  /** Hash: `owner`, `epoch`, `until`. */
  readonly lease: string;
  /** Hash: `position`, `state`, the position as of which there is state; `alerts` and `deliveries`, the last sequence numbers given out. */
  readonly checkpoint: string;
  /** Hash: an alert without its body, by sequence number. */
  readonly alerts: string;
  /** Hash: an alert's body, by sequence number. */
  readonly bodies: string;
  /** Hash: an alert's sequence number, by id. */
  readonly alertIds: string;
  /** Hash: what does not change of a delivery, by sequence number. */
  readonly deliveries: string;
  /** Hash: state, due time and attempts of a delivery, by sequence number. */
  readonly progress: string;
  /** Hash: a delivery's sequence number, by id. */
  readonly deliveryIds: string;
  /** Sorted set: padded sequence numbers of the open deliveries, by when they can be claimed. */
  readonly due: string;
  /** Sorted set, all scores 0: destination and padded sequence number of the open deliveries. */
  readonly waiting: string;
  /** Hash: `<version>:<value>`, by kind and key. */
  readonly documents: string;
  /** Sorted set, all scores 0: the documents' kinds and keys in byte order. */
  readonly documentOrder: string;
  /** Hash: the pieces of the state, by group and key. */
  readonly pieces: string;
  /** Sorted set, all scores 0: the pieces' groups and keys in byte order. */
  readonly pieceOrder: string;
  /** Channel: the log's next offset after each append. */
  readonly appended: string;
}

/** All keys of a partition share the hash tag `{p<n>}`: one slot of a Redis Cluster, so that one script reaches them. */
export function keysOf(partition: number): Keys {
  const at = (name: string): string => `tocsin:{p${partition}}:${name}`;
  return {
    format: at('format'),
    log: at('log'),
    copy: at('log_copy'),
    head: at('head'),
    ids: at('ids'),
    lease: at('lease'),
    checkpoint: at('checkpoint'),
    alerts: at('alerts'),
    bodies: at('bodies'),
    alertIds: at('alert_ids'),
    deliveries: at('deliveries'),
    progress: at('progress'),
    deliveryIds: at('delivery_ids'),
    due: at('due'),
    waiting: at('waiting'),
    documents: at('documents'),
    documentOrder: at('document_order'),
    pieces: at('pieces'),
    pieceOrder: at('piece_order'),
    appended: at('appended'),
  };
}
