export { type GrpcResolverOptions, registerGrpcResolver } from './register.js';
