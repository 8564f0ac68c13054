// What `explain` and `privileges` suggest, as a program would have it: compiled by `npm run types`, and held to what they
// print by src/privileges/suggest-grant.test.ts.
import {
  allow,
  bucket,
  bus,
  defaultBus,
  lambda,
  logGroup,
  parameter,
  queue,
  resource,
  scheduleGroup,
  secret,
  stream,
  sub,
  table,
  topic,
} from '../../src/index.ts';

const photos = bucket('Photos');
const audit = bucket('Audit');
const news = topic('News');
const url = parameter('Url', { value: 'x' });
const shop = parameter('Shop', { existing: '/shop/url' });
const token = secret('Token');
const clicks = stream('Clicks');
const shared = stream('Shared', {
  existing: 'arn:aws:kinesis:us-east-1:000000000000:stream/shared',
});
const deleteResource = bucket('Delete');
const mail = queue('Mail');
const dead = queue('Dead');
const visits = stream('Visits');
const trials = scheduleGroup('Trials');
const access = logGroup('Access');
const jobs = resource('AWS::SQS::Queue', 'Jobs', {});
const market = bus('Market');
const history = market.archive('History');
const reminders = scheduleGroup('Reminders');
const orders = table('Orders', {
  partitionKey: 'id',
  indexes: { byCustomer: { partitionKey: 'customer' } },
});
const stock = table('Stock', { partitionKey: 'sku' });
const loose = resource('AWS::SNS::Topic', 'Loose', {});
const count = lambda('Count', {}, async () => 1);

export const suggested = [
  { pictures: photos.access('read', 'delete') },
  { audit: audit.read() },
  { audit: audit.list() },
  { audit: allow('s3:GetObjectTagging').on(sub`${audit.arn}/*`) },
  { deleteResource: deleteResource.write() },
  { news: news.publish() },
  { news: allow('sns:Subscribe').on(news.arn) },
  { loose: allow('sns:Publish').on(loose.ref) },
  { count: count.invoke() },
  { count: allow('lambda:InvokeFunction').on(sub`${count.arn}:3`) },
  { url: url.read() },
  { shopPutParameter: allow('ssm:PutParameter').on(sub`${shop.arn}`) },
  { token: token.read() },
  { token: allow('secretsmanager:DescribeSecret').on(sub`${token.arn}`) },
  { clicks: clicks.put() },
  { clicks: clicks.read() },
  { clicks: allow('kinesis:SubscribeToShard').on(sub`${clicks.arn}/*`) },
  { shared: shared.put() },
  { shared: allow('kinesis:DescribeStream').on(shared.arn) },
  { jobsSendMessage: allow('sqs:SendMessage').on(jobs.getAtt('Arn')) },
  { dead: dead.send() },
  { dead: dead.receive() },
  { dead: dead.purge() },
  { dead: dead.inspect() },
  { dead: dead.redrive() },
  { dead: allow('sqs:GetQueueUrl').on(dead.arn) },
  { letters: mail.access('send', 'receive') },
  { mail: mail.redrive() },
  { visits: visits.access('put', 'read') },
  { trials: trials.access('create', 'delete') },
  { access: allow('logs:FilterLogEvents').on(access.arn) },
  { market: market.put() },
  { defaultBus: defaultBus.put() },
  { history: history.replay() },
  { reminders: reminders.create() },
  { reminders: reminders.delete() },
  {
    updateSchedule: allow('scheduler:UpdateSchedule').on(
      'arn:aws:scheduler:us-east-1:000000000000:schedule/keeper-reminders/a1',
    ),
  },
  { orders: orders.read() },
  { orders: orders.scan() },
  { orders: orders.access('index:byCustomer') },
  { orders: orders.access('scan', 'index:byCustomer') },
  { orders: allow('dynamodb:DescribeTable').on(orders.arn) },
  { stock: stock.access('read', 'delete') },
  { getItem: allow('dynamodb:GetItem').on('arn:aws:dynamodb:us-east-1:000000000000:table/Orders') },
  { getCallerIdentity: allow('sts:GetCallerIdentity').on('*') },
  { pictures: allow('s3:GetObject').on(sub`${photos.arn}/in/*`) },
  { both: allow('sqs:SendMessage').on(jobs.getAtt('Arn')) },
  { all: allow('s3:GetObject').on(sub`${photos.arn}/*`) },
  {
    when: allow('s3:GetObject')
      .on(sub`${photos.arn}/in/*`)
      .when({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }),
  },
];
