// Shows OPI messages as JSON:
//   cargo build -p opi-wasm --release --target wasm32-unknown-unknown
//   node adapters/wasm/decode.mjs target/wasm32-unknown-unknown/release/opi_wasm.wasm FILE...
// In a browser, load() takes what fetch() gives; nothing else differs.
import { readFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'

/// A function from the bytes of a message to an object.
export async function load(bytes) {
    const { instance } = await WebAssembly.instantiate(bytes)
    const { memory, input, room, output, decode } = instance.exports
    return message => {
        if (message.length > room()) return { error: 'too long', offset: room() }
        new Uint8Array(memory.buffer).set(message, input())
        const length = decode(message.length)
        // Memory may have grown, and the buffer with it.
        return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, output(), length)))
    }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
    const [module, ...files] = argv.slice(2)
    const decode = await load(await readFile(module))
    for (const file of files) console.log(JSON.stringify(decode(await readFile(file)), null, 2))
}
