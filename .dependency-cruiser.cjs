/** The arrows of ARCHITECTURE.md: who may import whom. `scripts/check-boundaries.mjs` also asserts that modules were seen. */
const layer = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '(\\.test(-d)?\\.ts$|/fixtures/)' },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    layer(
      'spec-is-a-leaf',
      '^src/spec/',
      '^src/spec/',
      'declarations are data: no I/O, nobody else',
    ),
    layer(
      'runtime-is-a-leaf',
      '^src/runtime/',
      '^src/(runtime|spec)/',
      'what is shipped imports nothing of the desk',
    ),
    layer('schema-is-a-leaf', '^src/schema/', '^src/schema/', 'what AWS publishes of its types'),
    layer(
      'validate',
      '^src/validate/',
      '^src/(validate|schema|iam|spec|synth)/',
      'a template against what AWS publishes',
    ),
    layer('iam-is-a-leaf', '^src/iam/', '^src/iam/', 'pure functions over policy documents'),
    layer(
      'sources',
      '^src/sources/',
      '^src/(sources|spec|runtime|synth)/',
      'an event source talks to no AWS',
    ),
    layer(
      'synth-is-pure',
      '^src/synth/',
      '^src/(synth|spec|sources)/',
      'a template from a spec, nothing else',
    ),
    layer('bundle', '^src/bundle/', '^src/(bundle|spec)/', 'esbuild and zip know no AWS'),
    layer(
      'provision',
      '^src/provision/',
      '^src/(provision|spec|synth)/',
      'provisioning and cloud meet over the wire',
    ),
    layer(
      'privileges',
      '^src/privileges/',
      '^src/(privileges|provision|spec|synth)/',
      'asks the cloud over HTTP, as anybody may',
    ),
    layer(
      'deploy-role',
      '^src/deploy-role/',
      '^src/(deploy-role|schema|spec|synth)/',
      'a policy from a template and what AWS publishes, nothing asked',
    ),
    layer(
      'assembly',
      '^src/assembly/',
      '^src/(assembly|bundle|schema|spec|synth|validate)/',
      'a program becomes a template and an archive; nothing of it leaves the machine',
    ),
    {
      name: 'nobody-needs-testing',
      comment: 'the harness for tests stands on everything, and nothing stands on it',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/|\\.test\\.ts$' },
      to: { path: '^src/testing/' },
    },
    {
      name: 'testing-needs-no-command-line',
      severity: 'error',
      from: { path: '^src/testing/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(cli/|main)' },
    },
    layer(
      'cloud-is-closed',
      '^src/cloud/',
      '^src/(cloud|iam|schema)/',
      'the cloud is useful without the framework',
    ),
    {
      name: 'core-knows-no-service',
      severity: 'error',
      from: { path: '^src/cloud/core/', pathNot: '(\\.test\\.ts$|/fixtures/)' },
      to: { path: '^src/cloud/(services|lambda|cloudformation)/' },
    },
    {
      name: 'services-are-islands',
      comment: 'a service calls another through the cloud, under a principal',
      severity: 'error',
      from: { path: '^src/cloud/services/([^/]+)/', pathNot: '(\\.test\\.ts$|/fixtures/)' },
      to: {
        path: '^src/cloud/(services|lambda|cloudformation)/',
        pathNot: '^src/cloud/services/$1/',
      },
    },
    {
      name: 'lambda-is-an-island',
      severity: 'error',
      from: { path: '^src/cloud/lambda/', pathNot: '(\\.test\\.ts$|/fixtures/)' },
      to: { path: '^src/cloud/(services|cloudformation)/' },
    },
    {
      name: 'cloudformation-is-an-island',
      severity: 'error',
      from: { path: '^src/cloud/cloudformation/', pathNot: '(\\.test\\.ts$|/fixtures/)' },
      to: { path: '^src/cloud/(services|lambda)/' },
    },
    {
      name: 'synth-and-spec-do-no-io',
      severity: 'error',
      from: { path: '^src/(spec|synth|iam)/', pathNot: '(\\.test\\.ts$|/fixtures/)' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto)$' },
    },
    {
      name: 'sdk-only-where-it-is-spoken',
      comment: 'the cloud uses the SDK for types alone',
      severity: 'error',
      from: { path: '^src/cloud/', pathNot: '(\\.test\\.ts$|/fixtures/)' },
      to: { path: '@aws-sdk', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.test(-d)?\\.ts$|/fixtures/)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
