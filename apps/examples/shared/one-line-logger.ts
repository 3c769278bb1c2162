import { ConsoleLogger } from '@nestjs/common';

/** One readable line for each thing that happens to the registration; Nest's own start-up talk is left out. */
export class OneLineLogger extends ConsoleLogger {
  constructor(private readonly service: string) {
    super({ colors: false });
  }

  override log(message: unknown, context?: string): void {
    if (context === 'Rollcall' || context === this.service)
      process.stdout.write(`${this.service}: ${String(message)}\n`);
  }

  override warn(message: unknown): void {
    process.stdout.write(`${this.service}: ${String(message)}\n`);
  }

  override error(message: unknown, stack?: string): void {
    process.stderr.write(`${this.service}: ${String(message)}${stack?.includes('\n') ? `\n${stack}` : ''}\n`);
  }
}
