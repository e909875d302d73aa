'use strict';
// Sample messages, byte for byte, and what the manifest of samples says of their answers.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { charge } = require('./requests');

/** Which terminal is given which sample in which order, so that each row of the manifest finds the state that it names. */
const ORDER = [
    ['fresh', '20-reversal.json', 'original unknown'],
    ['fresh', '12-abort.json', '03 finished or never sent'],
    ['fresh', '02-payment-no-protocol-version.json', 'no session'],
    ['main', '01-login.json', 'idle, no session'],
    ['main', '02-payment-no-protocol-version.json', 'after 01'],
    ['main', '03-payment-basic.json', 'idle'],
    ['main', '15-status-not-found.json', 'last payment was P000000003'],
    ['main', '13-status-by-reference.json', '03 finished'],
    ['main', '14-status-last.json', 'after a finished payment'],
    ['main', '11-duplicate-service-id.json', 'within 48 h of 03'],
    ['main', '20-reversal.json', 'original approved under that id'],
    ['main', '04-payment-decimal-and-order.json', 'idle'],
    ['main', '05-payment-unknown-fields.json', 'idle'],
    ['main', '06-payment-missing-currency.json', 'idle'],
    ['seed', '07-toplevel-missing.json', 'any'],
    ['main', '08-bad-json.json', 'any'],
    ['main', '10-stored-value-not-implemented.json', 'any, StoredValue not enabled'],
    ['main', '16-diagnosis.json', 'idle'],
    ['main', '17-display.json', 'idle'],
    ['main', '19-print-xhtml.json', 'idle, printer present'],
    ['main', '22-service-id-too-long.json', 'idle'],
    ['main', '26-logout.json', 'after 01'],
];

/** Rows of the secured form: these bytes are sealed already. */
const SEALED = [
    ['main', '21-secured-envelope.json', 'key mykey/1, passphrase mysupersecretpassphrase'],
    ['otherKey', '21-secured-envelope.json', 'any other key'],
];

/** Rows that other tests have: a payment in progress is the race's, a terminal without a printer that of `opi check`. */
const ELSEWHERE = [
    ['12-abort.json', '03 in progress'],
    ['13-status-by-reference.json', '03 in progress'],
    ['19-print-xhtml.json', 'no printer'],
];

/** What is otherwise where the terminal speaks OPI: it has other names for transactions, and no devices for the till. */
const BEHIND_OPI = {
    '19-print-xhtml.json': { Result: 'Failure', ErrorCondition: 'UnavailableDevice' },
    '20-reversal.json': { Result: 'Failure', ErrorCondition: 'NotFound' },
};

/** What samples without a secured form lack: a header that could stand in clear. */
const CLEAR_ONLY = ['07-toplevel-missing.json'];

module.exports = async ({ settings, terminal, check, booked }) => {
    const manifest = JSON.parse(read(settings, 'manifest.json'));
    const row = (file, before) => {
        const found = manifest.find((it) => it.file === file && it.before === before);
        assert.ok(found, `the manifest has no row ${file}, ${before}`);
        return found;
    };
    const answers = {};
    for (const [which, file, before] of ORDER) {
        if (!settings.terminals[which] || (settings.secured && CLEAR_ONLY.includes(file))) continue;
        await check(`${file}, ${before}`, async () => {
            const answer = await terminal(which).send(read(settings, file));
            const expected = row(file, before);
            compare(settings.behindOpi ? { ...expected, ...BEHIND_OPI[file] } : expected, answer);
            answers[file] = answer;
            if (answer.status === 200 && answer.text !== '') {
                const { PaymentResponse, ReversalResponse } = JSON.parse(answer.text).SaleToPOIResponse;
                booked(...charge(PaymentResponse ?? ReversalResponse));
            }
        });
    }
    if (settings.secured) {
        for (const [which, file, before] of SEALED) {
            await check(`${file}, ${before}`, async () => {
                const { status, text } = await terminal(which).post(read(settings, file));
                compare(row(file, before), { status, text: status === 200 ? terminal(which).open(text) : text });
            });
        }
    }
    await check('a status repeats the answer that was sent', () => {
        const paid = JSON.parse(answers['03-payment-basic.json'].text).SaleToPOIResponse;
        for (const file of ['13-status-by-reference.json', '14-status-last.json']) {
            const told = JSON.parse(answers[file].text).SaleToPOIResponse.TransactionStatusResponse;
            const { MessageHeader, RepeatedResponseMessageBody } = told.RepeatedMessageResponse;
            assert.deepEqual(MessageHeader, paid.MessageHeader);
            assert.deepEqual(RepeatedResponseMessageBody, { PaymentResponse: paid.PaymentResponse });
        }
    });
    await check('amounts and escapes keep their value', () => {
        const { text } = answers['04-payment-decimal-and-order.json'];
        const paid = JSON.parse(text).SaleToPOIResponse.PaymentResponse;
        assert.match(text, /"AuthorizedAmount":10\.99[,}]/);
        assert.match(text, /"TipAmount":1\.1[,}]/);
        assert.equal(paid.SaleData.SaleTransactionID.TransactionID, 'T-1004 \u20ac');
    });
    await check('no row of the manifest is left out', () => {
        const played = [...ORDER, ...SEALED].map(([, file, before]) => [file, before]).concat(ELSEWHERE);
        for (const { file, before } of manifest) {
            assert.ok(played.some((it) => it[0] === file && it[1] === before), `${file}, ${before}`);
        }
    });
};

function read({ samples }, name) {
    return fs.readFileSync(path.join(samples, name));
}

/** Compares an answer with a row. `<...>` in a text of the manifest stands for any text. */
function compare(row, { status, text }) {
    assert.equal(status, row.http, text);
    if (row.answer === '(empty)') return assert.equal(text, '');
    if (!row.answer.endsWith('Response')) {
        const pattern = row.answer.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<\w+>|\bN\b|,\\\.\\\.\\\./g, '.+');
        return assert.match(text, new RegExp(`^${pattern}$`));
    }
    const answer = JSON.parse(text).SaleToPOIResponse;
    const body = answer[row.answer.replace('secured ', '')];
    assert.ok(body, text);
    assert.equal(answer.MessageHeader.ProtocolVersion, '3.0');
    if (row.Result === undefined) return undefined;
    const response = body.Response;
    assert.equal(response.Result, row.Result, text);
    assert.equal(response.ErrorCondition, row.ErrorCondition, text);
    const pairs = (response.AdditionalResponse ?? '').split('&');
    if (row.AdditionalResponse !== undefined) {
        if (row.Result === 'Success') assert.ok(pairs.includes(row.AdditionalResponse), text);
        else assert.equal(response.AdditionalResponse, row.AdditionalResponse);
    } else if (row.Result === 'Success') {
        assert.ok(!pairs.some((pair) => pair.startsWith('warnings=')), text);
    }
    return undefined;
}
