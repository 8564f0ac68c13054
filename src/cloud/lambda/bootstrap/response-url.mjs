// Custom resources answer CloudFormation at the event's ResponseURL. It is https on AWS, so most handlers take its host
// and path, and ask by https on port 443. Here it is an http address of this machine: such a request is sent there.
const { getBuiltinModule } = process;
const https = getBuiltinModule('node:https');
const http = getBuiltinModule('node:http');
const endpoint = new URL(process.env['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1');
const PREFIX = '/_aws/cloudformation/';

/** The arguments of http.request, read: `(url, options, callback)`, `(url, callback)`, `(options, callback)`. */
const read = ([first, second, third]) => {
  const named = typeof first === 'string' || first instanceof URL;
  const url = named ? new URL(first) : undefined;
  const options = named ? (typeof second === 'object' ? second : {}) : (first ?? {});
  const callback = [second, third].find((argument) => typeof argument === 'function');
  return {
    hostname: options.hostname ?? options.host ?? url?.hostname,
    path: options.path ?? (url === undefined ? '' : url.pathname + url.search),
    options,
    callback,
  };
};

const { request } = https;
https.request = (...args) => {
  const { hostname, path, options, callback } = read(args);
  if (hostname !== endpoint.hostname || !path.startsWith(PREFIX)) return request(...args);
  const { host: _host, protocol: _protocol, agent: _agent, ...rest } = options;
  return http.request(
    { ...rest, hostname: endpoint.hostname, port: endpoint.port, path },
    callback,
  );
};
getBuiltinModule('node:module').syncBuiltinESMExports();
