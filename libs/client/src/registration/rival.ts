/** Another process that claims the same instance id, as far as its events tell. */
export interface Rival {
  readonly incarnation: number;
  readonly source?: string;
  readonly actor?: string;
  readonly hostname?: string;
  readonly pid?: number;
}

/** What the SDK writes into the source of its events: `/services/<service>/<instance>/<host>/<pid>`. */
const SOURCE = /^\/services\/[^/]+\/[^/]+\/([^/]+)\/(\d{1,10})$/;

export function rivalOf(
  incarnation: number,
  said: { readonly source?: string; readonly actor?: string } = {},
): Rival {
  const { source, actor } = said;
  const [, host, pid] = SOURCE.exec(source ?? '') ?? [];
  return {
    incarnation,
    ...(source === undefined ? {} : { source }),
    ...(actor === undefined ? {} : { actor }),
    ...(host === undefined ? {} : { hostname: decoded(host) }),
    ...(pid === undefined ? {} : { pid: Number(pid) }),
  };
}

/** A stranger's word need not be well encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
