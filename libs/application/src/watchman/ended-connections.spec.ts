import { describe, expect, it } from '@jest/globals';
import { EndedConnections } from './ended-connections.js';

const ended = (clientId: number) => ({ serverId: 'S', clientId, reason: 'Client Closed' });

describe('connections that have ended', () => {
  it('are found by the name a beat gives them, and others are not', () => {
    const connections = new EndedConnections();
    connections.note(ended(7), 100);
    expect(connections.find({ serverId: 'S', clientId: 7 })?.atMs).toBe(100);
    expect(connections.find({ serverId: 'T', clientId: 7 })).toBeUndefined();
    expect(connections.find({ serverId: 'S', clientId: '7' })).toBeUndefined();
    expect(connections.find(undefined)).toBeUndefined();
  });

  it('are looked at until that is done', () => {
    const connections = new EndedConnections();
    connections.note(ended(7), 100);
    connections.lookAgain(ended(7), true);
    connections.lookAgain(ended(8), true);
    expect(connections.toLookAt()).toEqual([ended(7)]);
    connections.lookAgain(ended(7), false);
    expect(connections.toLookAt()).toEqual([]);
  });

  it('are forgotten when there are too many, the oldest first', () => {
    const connections = new EndedConnections();
    for (let clientId = 0; clientId <= 10_000; clientId += 1) {
      connections.note(ended(clientId), clientId);
      connections.lookAgain(ended(clientId), true);
    }
    expect(connections.find(ended(0))).toBeUndefined();
    expect(connections.find(ended(1))?.atMs).toBe(1);
    expect(connections.toLookAt()).toHaveLength(10_000);
  });
});
