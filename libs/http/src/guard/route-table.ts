/** Which paths take which methods; filled while the routes are registered. */
export class RouteTable {
  readonly #routes: { readonly path: string; readonly pattern: RegExp; readonly method: string }[] = [];

  /** @param path with parameters as `:name` */
  add(path: string, methods: string | readonly string[]): void {
    const source = path
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/');
    for (const method of [methods].flat())
      this.#routes.push({ path, pattern: new RegExp(`^${source}$`), method });
  }

  /** Every method of every path, such as `GET /v1/namespaces/:namespace/services`. */
  list(): string[] {
    return this.#routes.map(({ method, path }) => `${method} ${path}`);
  }

  methodsAt(path: string): string[] {
    const found = this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(found)].toSorted();
  }
}
