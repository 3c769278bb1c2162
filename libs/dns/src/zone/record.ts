/** An IP address as its bytes: 4 or 16. */
export interface AddressData {
  readonly type: 'A' | 'AAAA';
  readonly bytes: Uint8Array;
}

/** What stands in one resource record; names as text. */
export type RecordData =
  | AddressData
  | { readonly type: 'NS'; readonly host: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: 'TXT'; readonly strings: readonly string[] }
  | { readonly type: 'HINFO'; readonly cpu: string; readonly os: string }
  | Soa;

/** Start of authority: also tells how long "there is none" may be remembered. Times in seconds. */
interface Soa {
  readonly type: 'SOA';
  readonly primary: string;
  readonly mailbox: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export interface ResourceRecord {
  /** Name the record belongs to, without a final dot; absent: the name that was asked for. */
  readonly owner?: string;
  readonly ttl: number;
  readonly data: RecordData;
}

/** What stands at a name. */
export interface Records {
  readonly answers: readonly ResourceRecord[];
  /** What whoever asked will ask for next. */
  readonly additionals?: readonly ResourceRecord[];
}

/** Response codes (RFC 1035, 6891) as the wire knows them. */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

export type Rcode = keyof typeof rcodes;

/** An answer before it is bytes. */
export interface Answer {
  readonly rcode: Rcode;
  /** False for what this server has no say about. */
  readonly isAuthoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Left out when they do not fit. */
  readonly additionals: readonly ResourceRecord[];
}

export const emptyAnswer: Omit<Answer, 'rcode'> = {
  isAuthoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
};
