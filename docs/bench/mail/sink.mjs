// Takes every mail and says how many there were. Usage: node sink.mjs PORT; prints "ready", and a number for each line it reads.
import { createInterface } from 'node:readline';
import { SMTPServer } from 'smtp-server';

let taken = 0;
const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData: (stream, _session, done) => {
    stream.resume();
    stream.on('end', () => {
      taken += 1;
      done();
    });
  },
});
server.on('error', () => undefined);
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
createInterface({ input: process.stdin }).on('line', () => console.log(taken));
