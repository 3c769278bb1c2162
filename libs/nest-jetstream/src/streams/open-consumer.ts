import { type Consumer, type ConsumerConfig, jetstream, type JetStreamManager } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/nats-core';
import { errorText, RollcallError } from '#contracts';
import { brokerError } from '#nats';
import type { HandlerPlan, StartAt } from '../options.js';

export interface ConsumerPlace {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly domain: string | undefined;
  readonly stream: string;
}

/**
 * The durable consumer of a handler: made when there is none, changed when the handler's options were.
 * @throws ROLLCALL_CONSUMER_CONFLICT when one exists that cannot be changed into it
 */
export async function openConsumer(place: ConsumerPlace, plan: HandlerPlan): Promise<Consumer> {
  const { connection, manager, domain, stream } = place;
  const doing = `opening the consumer "${plan.consumer}" of "${stream}"`;
  const config = configOf(plan);
  try {
    await manager.consumers.add(stream, config);
  } catch (error) {
    if (!/consumer already exists/i.test(errorText(error))) throw brokerError(error, doing);
    await change(manager, stream, config);
  }
  try {
    return await jetstream(connection, domain === undefined ? {} : { domain }).consumers.get(
      stream,
      plan.consumer,
    );
  } catch (error) {
    throw brokerError(error, doing);
  }
}

async function change(manager: JetStreamManager, stream: string, config: ConsumerConfigOf): Promise<void> {
  const { durable_name, ack_wait, max_ack_pending, max_deliver } = config;
  try {
    const found = (await manager.consumers.info(stream, durable_name)).config;
    const isOurs = found.ack_policy === 'explicit' && found.deliver_subject === undefined;
    if (!isOurs || found.filter_subject !== config.filter_subject) throw new Error('it is of another kind');
    // Where it began is history: a changed "start" is for consumers yet to be made.
    await manager.consumers.update(stream, durable_name, { ack_wait, max_ack_pending, max_deliver });
  } catch (error) {
    const text = `the consumer "${durable_name}" of "${stream}" exists and cannot be changed: ${errorText(error)}`;
    throw new RollcallError('ROLLCALL_CONSUMER_CONFLICT', text, { cause: error });
  }
}

type ConsumerConfigOf = Partial<ConsumerConfig> & { readonly durable_name: string };

function configOf(plan: HandlerPlan): ConsumerConfigOf {
  return {
    durable_name: plan.consumer,
    filter_subject: plan.pattern,
    ack_policy: 'explicit',
    ack_wait: nanos(plan.ackWaitMs),
    max_ack_pending: plan.maxAckPending,
    // Who gives up is the transport, which writes a dead letter; the broker would only fall silent.
    max_deliver: -1,
    ...startOf(plan.start),
  };
}

function startOf(start: StartAt): Partial<ConsumerConfig> {
  if (start === 'all' || start === 'new') return { deliver_policy: start };
  if ('sequence' in start) return { deliver_policy: 'by_start_sequence', opt_start_seq: start.sequence };
  return { deliver_policy: 'by_start_time', opt_start_time: start.time.toISOString() };
}
