import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it } from '@jest/globals';
import { startTestCluster } from '#testkit';

it('a cluster keeps a replicated stream through the death of a node, and takes the node back', async () => {
  const cluster = await startTestCluster();
  const client = await connect({ ...cluster.connection, maxReconnectAttempts: -1, reconnectTimeWait: 20 });
  const manager = await jetstreamManager(client);
  const created = await manager.streams.add({ name: 'R3', subjects: ['r3'], num_replicas: 3 });
  const stream = jetstream(client);
  await stream.publish('r3', 'one', { msgID: 'one' });

  const follower = cluster.nodes[created.cluster?.leader === 'n1' ? 1 : 0];
  await follower?.kill();
  // The first attempt may go down with the connection to the dead node.
  await stream.publish('r3', 'two', { msgID: 'two', timeout: 1_000, retries: 20 });
  await follower?.restart();
  await cluster.ready();
  expect((await manager.streams.info('R3')).state.messages).toBe(2);

  await client.close();
  await cluster.stop();
});
