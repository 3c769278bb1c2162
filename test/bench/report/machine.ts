import { cpus, totalmem, type as systemName, release } from 'node:os';
import { findBinary } from '#broker';

/** Where something was measured, and with what. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly natsServer: string;
}

export async function machineFacts(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${systemName()} ${release()}`,
    node: process.version,
    natsServer: (await findBinary()).version,
  };
}

export function machineLine({ cores, cpu, memoryGiB, system, node, natsServer }: Machine): string {
  return `Machine: ${cores} x ${cpu}, ${memoryGiB} GiB, ${system}, Node ${node}, nats-server ${natsServer}.`;
}
