import { STATEFUL_TYPES } from './stateful-types.gen.ts';

/**
 * What AWS's list does not have, and holds all the same what no template can make again: images, packages, archived events,
 * private keys, and the databases and stores that are younger than the list.
 */
const ALSO_STATEFUL: readonly string[] = [
  'AWS::ACMPCA::CertificateAuthority',
  'AWS::Backup::LogicallyAirGappedBackupVault',
  'AWS::Cassandra::Keyspace',
  'AWS::Cassandra::Table',
  'AWS::CloudFront::KeyValueStore',
  'AWS::CloudTrail::EventDataStore',
  'AWS::CodeArtifact::Repository',
  'AWS::CodeCommit::Repository',
  'AWS::DSQL::Cluster',
  'AWS::DocDBElastic::Cluster',
  'AWS::ECR::PublicRepository',
  'AWS::ECR::Repository',
  'AWS::ElastiCache::ServerlessCache',
  'AWS::Events::Archive',
  'AWS::FSx::Volume',
  'AWS::HealthImaging::Datastore',
  'AWS::HealthLake::FHIRDatastore',
  'AWS::KMS::ReplicaKey',
  'AWS::KinesisVideo::Stream',
  'AWS::Lightsail::Bucket',
  'AWS::Lightsail::Database',
  'AWS::Lightsail::Disk',
  'AWS::MSK::Cluster',
  'AWS::MSK::ServerlessCluster',
  'AWS::MemoryDB::Cluster',
  'AWS::NeptuneGraph::Graph',
  'AWS::OpenSearchServerless::Collection',
  'AWS::RDS::GlobalCluster',
  'AWS::RedshiftServerless::Namespace',
  'AWS::S3Express::DirectoryBucket',
  'AWS::S3Outposts::Bucket',
  'AWS::S3Tables::Table',
  'AWS::S3Tables::TableBucket',
  'AWS::S3Vectors::Index',
  'AWS::S3Vectors::VectorBucket',
  'AWS::Timestream::Database',
  'AWS::Timestream::InfluxDBInstance',
  'AWS::Timestream::Table',
];

const KEPT: ReadonlySet<string> = new Set([...STATEFUL_TYPES, ...ALSO_STATEFUL]);

/** Whether a resource of this type outlives its stack unless the program says otherwise. */
export const isKeptByDefault = (type: string): boolean => KEPT.has(type);

/**
 * Whether a resource of this type may hold what its template does not say. A parameter's value stands in the template, so
 * it is not kept by default; changed by somebody else, it is lost with the parameter all the same.
 */
export const holdsData = (type: string): boolean =>
  KEPT.has(type) || type === 'AWS::SSM::Parameter';
