/** Starts an ovsdb-server as tests do, prints its folder, and stays until it is killed. */

import { OvsdbServer } from '../host/ovsdb/ovsdb-server.ts';

const { folder } = await OvsdbServer.start();
console.log(folder);
setInterval(() => {}, 60_000);
