export { credentialsOf } from './credentials.ts';
export {
  type Credentials,
  locationName,
  type ObjectLocation,
  type ObjectStore,
  objectKey,
} from './object-store.ts';
export { ObjectStores } from './open-objects.ts';
