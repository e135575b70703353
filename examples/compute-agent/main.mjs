// The process of the agent. Settings come from environment variables: see README.md.
import { openAgent } from './agent.mjs';
import { onHelperLost, openHost } from './host.mjs';
import { listen } from './listen.mjs';
import { readSettings } from './settings.mjs';

try {
  await run(readSettings(process.env));
} catch (error) {
  console.error(`compute-agent: ${error.message}`);
  process.exitCode = 1;
}

async function run(settings) {
  const host = await openHost(settings);
  const agent = await openAgent(host, settings);
  const { log } = agent.app;
  let isStopping = false;

  const stop = async () => {
    isStopping = true;
    await agent.stop();
  };
  // systemd starts the agent again: Restart=on-failure.
  const fail = (error) => {
    if (isStopping) return;
    log.fatal({ err: error }, 'the agent ends, because it cannot go on');
    process.exitCode = 1;
    void stop();
  };
  // A second signal ends the process at once. The VIFs stay plugged either way.
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      log.info({ signal }, 'the agent stops after the requests under way');
      void stop();
    });
  onHelperLost(fail);

  try {
    // The API is there from the first moment, so that a slow start does not look like a dead process.
    await listen(agent.app, settings.listen);
    await agent.start(fail);
    log.info('the ports are plugged and watched');
  } catch (error) {
    fail(error);
  }
}
