'use strict';
// A terminal, as a till reaches it with the official library: by typed models or by bytes, in clear or in secured form.

const assert = require('node:assert/strict');
const library = require('@adyen/api-library');
// Not exported by the library's index.
const Unencrypted = require('@adyen/api-library/lib/src/services/terminalLocalAPIUnencrypted').default;

const { Client, Config, EnvironmentEnum, HttpURLConnectionClient, NexoCrypto, TerminalLocalAPI } = library;
const { ObjectSerializer } = library.Types.terminal;

/** Longer than anything here takes; the library's own 30 seconds are too short for a dialogue. */
const PATIENCE = 60_000;

/** The HTTPS of the library, with an eye on what goes over it. */
class Wire extends HttpURLConnectionClient {
    createRequest(...settings) {
        const request = super.createRequest(...settings);
        request.once('response', (answer) => { this.status = answer.statusCode; });
        return request;
    }

    async request(endpoint, sent, ...settings) {
        this.sent = sent;
        this.received = await super.request(endpoint, sent, ...settings);
        return this.received;
    }
}

let count = 0;

/** An id that no message had before, of at most ten characters. */
function serviceId() {
    count += 1;
    return `S${process.pid % 100_000}`.padEnd(6, '0') + String(count).padStart(4, '0');
}

class Terminal {
    /** `key`: `undefined` for messages in clear. */
    constructor({ endpoint, root, poiid, key, saleId = 'POS-1', patience = PATIENCE }) {
        Object.assign(this, { endpoint, root, poiid, key, saleId, patience });
    }

    /** The same terminal, seen otherwise. */
    with(changes) {
        return new Terminal({ ...this, ...changes });
    }

    /** One connection to it. */
    connect() {
        const client = new Client(new Config({
            environment: EnvironmentEnum.TEST,
            terminalApiLocalEndpoint: this.endpoint,
            certificatePath: this.root,
            connectionTimeoutMillis: this.patience,
            // The library wants one, though terminals do not.
            apiKey: 'unused',
        }));
        const wire = new Wire();
        client.httpClient = wire;
        return { api: this.key ? new TerminalLocalAPI(client) : new Unencrypted(client), wire };
    }

    header(category, changes) {
        const isDevice = ['Display', 'Input', 'Print'].includes(category);
        return {
            ProtocolVersion: '3.0',
            MessageClass: isDevice ? 'Device' : 'Service',
            MessageCategory: category,
            MessageType: 'Request',
            ServiceID: serviceId(),
            SaleID: this.saleId,
            POIID: this.poiid,
            ...(isDevice ? { DeviceID: '1' } : {}),
            ...changes,
        };
    }

    /** A request for `ask`. */
    request(category, body, changes = {}) {
        return { SaleToPOIRequest: { MessageHeader: this.header(category, changes), [`${category}Request`]: body } };
    }

    /** The body of the answer to a request, as the library's models have it; `undefined` for an empty answer. */
    async ask(request) {
        const { api, wire } = this.connect();
        const answer = await (this.key ? api.request(request, this.key) : api.request(request));
        assert.equal(wire.status, 200);
        if (answer.SaleToPOIResponse === undefined) {
            assert.equal(wire.received, '');
            return undefined;
        }
        // The models drop what they do not know, so that a wrong name of ours would go unnoticed.
        const known = plain(ObjectSerializer.serialize(answer, 'TerminalApiResponse'));
        assert.deepEqual(known, JSON.parse(this.open(wire.received)));
        const { MessageHeader: asked } = request.SaleToPOIRequest;
        const header = { ...asked, ProtocolVersion: '3.0', MessageType: 'Response' };
        assert.deepEqual(plain(answer.SaleToPOIResponse.MessageHeader), plain(header));
        const body = answer.SaleToPOIResponse[`${asked.MessageCategory}Response`];
        assert.ok(body, `no ${asked.MessageCategory}Response: ${wire.received}`);
        return plain(body);
    }

    /** What makes the library throw: the status and the text that came, and the error. */
    async refusal(request) {
        const { api, wire } = this.connect();
        return refusal(this.key ? api.request(request, this.key) : api.request(request), wire);
    }

    /** The text of a secured or clear answer. */
    open(received) {
        if (!this.key) return received;
        return new NexoCrypto().decrypt(JSON.parse(received).SaleToPOIResponse, this.key);
    }

    /** These bytes in secured form. What has no header gets that of a diagnosis. */
    seal(bytes) {
        let header;
        try {
            header = JSON.parse(bytes).SaleToPOIRequest.MessageHeader;
        } catch {
            header = this.header('Diagnosis');
        }
        return JSON.stringify({ SaleToPOIRequest: NexoCrypto.encrypt(header, bytes.toString(), this.key) });
    }

    /** Sends these bytes as the library sends its own: the status, and the text that came. */
    async post(bytes) {
        const { api, wire } = this.connect();
        try {
            const text = await api.localRequest.request(bytes);
            return { status: wire.status, text };
        } catch (error) {
            return { status: wire.status, text: error.responseBody ?? error.message };
        }
    }

    /** Sends a message as it is, but for the form: the status, and the text of the answer in clear. */
    async send(bytes) {
        const { status, text } = await this.post(this.key ? this.seal(bytes) : bytes);
        const isMessage = status === 200 && text !== '';
        return { status, text: isMessage ? this.open(text) : text };
    }
}

/** Without members that are `undefined`, and without classes. */
function plain(value) {
    return JSON.parse(JSON.stringify(value));
}

/** Waits for a call of the library to fail. */
async function refusal(call, wire) {
    try {
        await call;
    } catch (error) {
        return { status: wire.status, text: error.responseBody ?? error.message, error };
    }
    throw new assert.AssertionError({ message: `not refused: ${wire.received}` });
}

module.exports = { Terminal, serviceId };
