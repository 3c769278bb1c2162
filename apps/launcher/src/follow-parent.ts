/**
 * Loaded into every app the launcher starts: when the launcher is gone without having stopped the app, the
 * app stops itself, as politely as if it had been told to. Otherwise it would keep its port and its registration.
 */
const stop = (): void => void process.kill(process.pid, 'SIGTERM');

process.on('disconnect', stop);
// The launcher may have died while this process was being started.
if (!process.connected) stop();
// Watching must not be what keeps an app alive.
process.channel?.unref();
