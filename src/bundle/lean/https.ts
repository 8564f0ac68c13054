import { isShapedLike, type Trim } from './trim.ts';

/**
 * The request handler makes an `https.Agent` before it knows whether it will talk TLS, and `node:https` brings
 * `node:tls` (5 ms). Here the agent is made at the first https request; against an http endpoint, never.
 */
export const https: Trim = {
  name: 'sdk-https',
  filter: /[\\/]@smithy[\\/]node-http-handler[\\/]dist-es[\\/]node-https\.js$/,
  lean: (source) =>
    isShapedLike(source, { exports: ['node_https'], mentions: ['from "node:https"'] })
      ? `const https = () => process.getBuiltinModule('node:https');
class Agent {
  #options;
  #agent;
  constructor(options) {
    this.#options = options;
  }
  get agent() {
    return (this.#agent ??= new (https().Agent)(this.#options));
  }
  get sockets() {
    return this.#agent?.sockets;
  }
  get requests() {
    return this.#agent?.requests;
  }
  get maxSockets() {
    return this.agent.maxSockets;
  }
  get keepAlive() {
    return this.agent.keepAlive;
  }
  get keepAliveMsecs() {
    return this.agent.keepAliveMsecs;
  }
  destroy() {
    this.#agent?.destroy();
  }
  static is(value) {
    return typeof value === 'object' && value !== null && #agent in value;
  }
  static [Symbol.hasInstance](value) {
    return Agent.is(value) || (typeof value === 'object' && value !== null && value instanceof https().Agent);
  }
}
export const node_https = {
  Agent,
  request: (options, onResponse) =>
    https().request(Agent.is(options.agent) ? { ...options, agent: options.agent.agent } : options, onResponse),
};
`
      : undefined,
};
