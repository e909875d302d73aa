'use strict';
// node main.js DRIVER SETTINGS
//
// Runs one driver on terminals that are up. SETTINGS is a file: see `Settings` of the test that writes it. For each check a
// line `ok DRIVER: NAME`, for each amount that the till takes for booked a line `booked DIRECTION MINOR`, and at the end
// `DRIVER: N checks`. Whatever is not as it should be ends it at once, with an exit status that is not zero.

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { Terminal } = require('./terminal');

/** Longest check, in milliseconds: a terminal that says nothing must not stop everything. */
const PATIENCE = 60_000;

const DRIVERS = {
    files: require('./files'),
    models: require('./models'),
    race: require('./race'),
    recovery: require('./recovery'),
    refusals: require('./refusals'),
};

async function main([name, file]) {
    const settings = JSON.parse(fs.readFileSync(file, 'utf8'));
    const { poiid, root, key } = settings;
    const terminal = (which) => {
        const endpoint = settings.terminals[which];
        if (!endpoint) throw new Error(`no terminal '${which}'`);
        return new Terminal({ endpoint, root, poiid, key: settings.secured ? key : undefined });
    };
    let checks = 0;
    const shop = {
        settings,
        terminal,
        async check(what, how) {
            try {
                const ended = new AbortController();
                await Promise.race([how(), late(ended.signal)]).finally(() => ended.abort());
            } catch (error) {
                throw new Error(`${name}: ${what}`, { cause: error });
            }
            checks += 1;
            console.log(`ok ${name}: ${what}`);
        },
        /** The till takes this for booked, if it is anything: `debit` is to the merchant. */
        booked(direction, amount) {
            if (direction) console.log(`booked ${direction} ${Math.round(amount * 100)}`);
        },
    };
    await DRIVERS[name](shop);
    console.log(`${name}: ${checks} checks`);
}

async function late(signal) {
    await sleep(PATIENCE, undefined, { signal });
    throw new Error(`does not end within ${PATIENCE} ms`);
}

main(process.argv.slice(2)).catch((error) => {
    console.error(error);
    // Whatever still waits for an answer is left alone.
    process.exit(1);
});
