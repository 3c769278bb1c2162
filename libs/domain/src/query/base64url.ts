const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * Base64url without padding (RFC 4648, section 5) of ASCII text. This room has neither Buffer nor btoa.
 */
export function toBase64url(text: string): string {
  let encoded = '';
  for (let index = 0; index < text.length; index += 3) {
    const group = text.slice(index, index + 3);
    const bits = (group.charCodeAt(0) << 16) | ((group.charCodeAt(1) || 0) << 8) | (group.charCodeAt(2) || 0);
    for (let digit = 0; digit <= group.length; digit += 1)
      encoded += ALPHABET.charAt((bits >> (18 - 6 * digit)) & 63);
  }
  return encoded;
}

/** The text again, or undefined when it is not base64url of ASCII text. */
export function fromBase64url(encoded: string): string | undefined {
  let text = '';
  let bits = 0;
  let count = 0;
  for (const character of encoded) {
    const value = ALPHABET.indexOf(character);
    if (value === -1) return undefined;
    bits = ((bits << 6) | value) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const code = (bits >> count) & 0xff;
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}
