import { parentPort, workerData } from 'node:worker_threads';
import { HeartRoom } from './heart-room.js';
import type { ToWorker, WorkerData } from './messages.js';

// The program of the heart's thread. It loads nothing of the house but types: a third of the memory.

const port = parentPort;
if (port === null) throw new Error('this file is the program of a thread');

const room = new HeartRoom(workerData as WorkerData, (message) => port.postMessage(message));
port.on('message', (message: ToWorker) => {
  if (message.type === 'close') void room.close().finally(() => port.close());
  else room.onMessage(message);
});
