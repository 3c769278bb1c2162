// Generated from the class-validator decorators by `npm run reference`. Do not edit.
import type { RecordKind } from '../records/schemas.js';

export const recordSchemas: Readonly<Record<RecordKind, object>> = {
  "instance": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "service": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "instance": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "incarnation": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "version": {
        "pattern": "^(0|[1-9]\\d{0,14})\\.(0|[1-9]\\d{0,14})\\.(0|[1-9]\\d{0,14})(-(0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)){0,31})?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+){0,31})?$",
        "type": "string",
        "minLength": 1,
        "maxLength": 128
      },
      "status": {
        "type": "string",
        "enum": [
          "starting",
          "up",
          "draining",
          "maintenance",
          "overloaded",
          "down"
        ]
      },
      "endpoints": {
        "items": {
          "properties": {
            "name": {
              "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              "type": "string"
            },
            "protocol": {
              "type": "string",
              "enum": [
                "http",
                "https",
                "tcp",
                "udp",
                "grpc",
                "nats",
                "ws"
              ]
            },
            "address": {
              "pattern": "^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$|^::1?$|^::[A-Fa-f0-9:.]{1,45}$",
              "type": "string"
            },
            "port": {
              "maximum": 65535,
              "type": "integer",
              "minimum": 1
            },
            "path": {
              "type": "string",
              "maxLength": 512
            },
            "subject": {
              "pattern": "^[^\\s*>]{1,255}$",
              "type": "string"
            }
          },
          "type": "object",
          "required": [
            "name",
            "protocol"
          ]
        },
        "type": "array",
        "maxItems": 32
      },
      "zone": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "region": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "weight": {
        "maximum": 1000,
        "type": "integer",
        "minimum": 0
      },
      "tags": {
        "items": {
          "type": "string",
          "minLength": 1,
          "maxLength": 128
        },
        "type": "array",
        "uniqueItems": true,
        "maxItems": 64
      },
      "metadata": {
        "type": "object",
        "maxProperties": 64,
        "propertyNames": {
          "pattern": "^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 1024
        }
      },
      "leaseMs": {
        "maximum": 86400000,
        "type": "integer",
        "minimum": 0
      },
      "heartbeatMs": {
        "maximum": 86400000,
        "type": "integer",
        "minimum": 500
      },
      "healthCheck": {
        "properties": {
          "kind": {
            "type": "string",
            "enum": [
              "http",
              "tcp",
              "grpc"
            ]
          },
          "endpoint": {
            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            "type": "string"
          },
          "path": {
            "type": "string",
            "maxLength": 512
          },
          "intervalMs": {
            "maximum": 3600000,
            "type": "integer",
            "minimum": 1000
          },
          "timeoutMs": {
            "maximum": 60000,
            "type": "integer",
            "minimum": 50
          },
          "successThreshold": {
            "maximum": 10,
            "type": "integer",
            "minimum": 1
          },
          "failureThreshold": {
            "maximum": 10,
            "type": "integer",
            "minimum": 1
          }
        },
        "type": "object",
        "required": [
          "kind",
          "endpoint"
        ]
      },
      "startedAt": {
        "pattern": "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$",
        "type": "string"
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "service",
      "instance",
      "incarnation",
      "version",
      "status",
      "endpoints",
      "leaseMs"
    ]
  },
  "override": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "service": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "instance": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "status": {
        "type": "string",
        "enum": [
          "draining",
          "maintenance"
        ]
      },
      "weight": {
        "maximum": 1000,
        "type": "integer",
        "minimum": 0
      },
      "evictedIncarnation": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "removed": {
        "type": "boolean"
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "service",
      "instance"
    ]
  },
  "verdict": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "service": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "instance": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "incarnation": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "registeredSequence": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "state": {
        "type": "string",
        "enum": [
          "suspected",
          "cleared",
          "expired"
        ]
      },
      "evidence": {
        "properties": {
          "signal": {
            "type": "string",
            "enum": [
              "disconnect",
              "heartbeat-lapsed",
              "call-failed",
              "sweep",
              "health-check",
              "probe-answered",
              "heartbeat",
              "undo"
            ]
          },
          "observer": {
            "type": "string",
            "maxLength": 256
          },
          "detail": {
            "type": "string",
            "maxLength": 512
          },
          "lastHeartbeatAt": {
            "pattern": "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$",
            "type": "string"
          },
          "probesUnanswered": {
            "maximum": 1000000,
            "type": "integer",
            "minimum": 0
          }
        },
        "type": "object",
        "required": [
          "signal"
        ]
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "service",
      "instance",
      "incarnation",
      "state",
      "evidence"
    ]
  },
  "service": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "service": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "description": {
        "type": "string",
        "maxLength": 512
      },
      "metadata": {
        "type": "object",
        "maxProperties": 64,
        "propertyNames": {
          "pattern": "^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 1024
        }
      },
      "protection": {
        "properties": {
          "sharePercent": {
            "maximum": 100,
            "type": "integer",
            "minimum": 1
          },
          "minimumCount": {
            "maximum": 100000,
            "type": "integer",
            "minimum": 2
          },
          "maxMs": {
            "maximum": 86400000,
            "type": "integer",
            "minimum": 1000
          }
        },
        "type": "object",
        "required": [
          "sharePercent",
          "minimumCount",
          "maxMs"
        ]
      },
      "calls": {
        "properties": {
          "timeoutMs": {
            "maximum": 3600000,
            "type": "integer",
            "minimum": 1
          },
          "attemptTimeoutMs": {
            "maximum": 3600000,
            "type": "integer",
            "minimum": 1
          },
          "attemptsMax": {
            "maximum": 10,
            "type": "integer",
            "minimum": 1
          },
          "retryBudgetPercent": {
            "maximum": 100,
            "type": "integer",
            "minimum": 0
          },
          "balancer": {
            "type": "string",
            "enum": [
              "least-loaded",
              "round-robin",
              "weighted",
              "hash"
            ]
          },
          "slowStartMs": {
            "maximum": 3600000,
            "type": "integer",
            "minimum": 0
          },
          "fallbackZones": {
            "items": {
              "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              "type": "string"
            },
            "type": "array",
            "uniqueItems": true,
            "maxItems": 16
          }
        },
        "type": "object"
      },
      "routes": {
        "items": {
          "properties": {
            "name": {
              "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              "type": "string"
            },
            "match": {
              "properties": {
                "callers": {
                  "items": {
                    "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                    "type": "string"
                  },
                  "type": "array",
                  "maxItems": 64,
                  "minItems": 1
                },
                "headers": {
                  "type": "object",
                  "maxProperties": 64,
                  "propertyNames": {
                    "pattern": "^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$"
                  },
                  "additionalProperties": {
                    "type": "string",
                    "maxLength": 1024
                  }
                },
                "labels": {
                  "type": "object",
                  "maxProperties": 64,
                  "propertyNames": {
                    "pattern": "^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$"
                  },
                  "additionalProperties": {
                    "type": "string",
                    "maxLength": 1024
                  }
                }
              },
              "type": "object"
            },
            "to": {
              "items": {
                "properties": {
                  "weight": {
                    "maximum": 1000,
                    "type": "integer",
                    "minimum": 0
                  },
                  "version": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 256
                  },
                  "tag": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 128
                  },
                  "zone": {
                    "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                    "type": "string"
                  },
                  "selector": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 512
                  }
                },
                "type": "object"
              },
              "type": "array",
              "maxItems": 16,
              "minItems": 1
            }
          },
          "type": "object",
          "required": [
            "name",
            "to"
          ]
        },
        "type": "array",
        "maxItems": 32
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "service"
    ]
  },
  "protection": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "service": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "engaged": {
        "type": "boolean"
      },
      "presentCount": {
        "maximum": 10000000,
        "type": "integer",
        "minimum": 0
      },
      "goingCount": {
        "maximum": 10000000,
        "type": "integer",
        "minimum": 0
      },
      "sharePercent": {
        "maximum": 100,
        "type": "integer",
        "minimum": 1
      },
      "detail": {
        "type": "string",
        "maxLength": 512
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "service",
      "engaged",
      "presentCount",
      "goingCount",
      "sharePercent"
    ]
  },
  "config": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "application": {
        "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
        "type": "string"
      },
      "key": {
        "pattern": "^[A-Za-z0-9_.-]{1,128}$",
        "type": "string"
      },
      "contentType": {
        "type": "string",
        "enum": [
          "text",
          "json",
          "yaml",
          "properties",
          "number",
          "boolean",
          "secret"
        ]
      },
      "value": {
        "type": "string",
        "maxLength": 32768
      },
      "deleted": {
        "type": "boolean"
      },
      "restores": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "changeSet": {
        "properties": {
          "id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          },
          "index": {
            "maximum": 999,
            "type": "integer",
            "minimum": 0
          },
          "count": {
            "maximum": 1000,
            "type": "integer",
            "minimum": 1
          }
        },
        "type": "object",
        "required": [
          "id",
          "index",
          "count"
        ]
      },
      "schedule": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "application",
      "key"
    ]
  },
  "config-override": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "application": {
        "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
        "type": "string"
      },
      "key": {
        "pattern": "^[A-Za-z0-9_.-]{1,128}$",
        "type": "string"
      },
      "overrides": {
        "items": {
          "properties": {
            "name": {
              "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              "type": "string"
            },
            "match": {
              "properties": {
                "version": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 256
                },
                "zone": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 128
                },
                "tags": {
                  "items": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 128
                  },
                  "type": "array",
                  "uniqueItems": true,
                  "maxItems": 64
                },
                "instance": {
                  "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                  "type": "string"
                },
                "selector": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 2048
                }
              },
              "type": "object"
            },
            "contentType": {
              "type": "string",
              "enum": [
                "text",
                "json",
                "yaml",
                "properties",
                "number",
                "boolean",
                "secret"
              ]
            },
            "value": {
              "type": "string",
              "maxLength": 32768
            }
          },
          "type": "object",
          "required": [
            "name",
            "match",
            "contentType",
            "value"
          ]
        },
        "type": "array",
        "maxItems": 64
      },
      "removed": {
        "type": "boolean"
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "application",
      "key",
      "overrides"
    ]
  },
  "config-schema": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "application": {
        "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
        "type": "string"
      },
      "key": {
        "pattern": "^(=application|[A-Za-z0-9_.-]{1,128})$",
        "type": "string"
      },
      "schema": {
        "type": "object"
      },
      "removed": {
        "type": "boolean"
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "application",
      "key"
    ]
  },
  "config-gray": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "application": {
        "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
        "type": "string"
      },
      "key": {
        "pattern": "^[A-Za-z0-9_.-]{1,128}$",
        "type": "string"
      },
      "contentType": {
        "type": "string",
        "enum": [
          "text",
          "json",
          "yaml",
          "properties",
          "number",
          "boolean",
          "secret"
        ]
      },
      "value": {
        "type": "string",
        "maxLength": 32768
      },
      "to": {
        "properties": {
          "match": {
            "properties": {
              "version": {
                "type": "string",
                "minLength": 1,
                "maxLength": 256
              },
              "zone": {
                "type": "string",
                "minLength": 1,
                "maxLength": 128
              },
              "tags": {
                "items": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 128
                },
                "type": "array",
                "uniqueItems": true,
                "maxItems": 64
              },
              "instance": {
                "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
                "type": "string"
              },
              "selector": {
                "type": "string",
                "minLength": 1,
                "maxLength": 2048
              }
            },
            "type": "object"
          },
          "percent": {
            "maximum": 100,
            "type": "number",
            "minimum": 0
          }
        },
        "type": "object"
      },
      "state": {
        "type": "string",
        "enum": [
          "running",
          "completed",
          "withdrawn",
          "stopped"
        ]
      },
      "baseRevision": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 0
      },
      "rejectionSharePercentMax": {
        "maximum": 100,
        "type": "integer",
        "minimum": 0
      },
      "detail": {
        "type": "string",
        "maxLength": 512
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "application",
      "key",
      "contentType",
      "value",
      "to",
      "state",
      "baseRevision",
      "rejectionSharePercentMax"
    ]
  },
  "config-schedule": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "application": {
        "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
        "type": "string"
      },
      "schedule": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "state": {
        "type": "string",
        "enum": [
          "set",
          "cancelled",
          "skipped",
          "applied"
        ]
      },
      "effectiveAt": {
        "pattern": "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$",
        "type": "string"
      },
      "changes": {
        "items": {
          "properties": {
            "key": {
              "pattern": "^[A-Za-z0-9_.-]{1,128}$",
              "type": "string"
            },
            "contentType": {
              "type": "string",
              "enum": [
                "text",
                "json",
                "yaml",
                "properties",
                "number",
                "boolean",
                "secret"
              ]
            },
            "value": {
              "type": "string",
              "maxLength": 32768
            },
            "deleted": {
              "type": "boolean"
            },
            "restores": {
              "maximum": 9007199254740991,
              "type": "integer",
              "minimum": 1
            },
            "expectedRevision": {
              "maximum": 9007199254740991,
              "type": "integer",
              "minimum": 0
            },
            "expectedEvent": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            }
          },
          "type": "object",
          "required": [
            "key"
          ]
        },
        "type": "array",
        "maxItems": 1000,
        "minItems": 1
      },
      "reverts": {
        "type": "boolean"
      },
      "revertAfterMs": {
        "maximum": 31622400000,
        "type": "integer",
        "minimum": 1000
      },
      "detail": {
        "type": "string",
        "maxLength": 512
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "application",
      "schedule",
      "state",
      "effectiveAt",
      "changes"
    ]
  },
  "config-rollout": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "application": {
        "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
        "type": "string"
      },
      "key": {
        "pattern": "^[A-Za-z0-9_.-]{1,128}$",
        "type": "string"
      },
      "keyRevision": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "expected": {
        "maximum": 10000000,
        "type": "integer",
        "minimum": 0
      },
      "applied": {
        "maximum": 10000000,
        "type": "integer",
        "minimum": 0
      },
      "rejected": {
        "maximum": 10000000,
        "type": "integer",
        "minimum": 0
      },
      "durationMs": {
        "maximum": 31622400000,
        "type": "integer",
        "minimum": 0
      },
      "rejections": {
        "items": {
          "properties": {
            "instance": {
              "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              "type": "string"
            },
            "reason": {
              "type": "string",
              "maxLength": 512
            }
          },
          "type": "object",
          "required": [
            "instance",
            "reason"
          ]
        },
        "type": "array",
        "maxItems": 32
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "application",
      "key",
      "keyRevision",
      "expected",
      "applied",
      "rejected",
      "durationMs",
      "rejections"
    ]
  },
  "undo": {
    "properties": {
      "namespace": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "plan": {
        "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        "type": "string"
      },
      "state": {
        "type": "string",
        "enum": [
          "started",
          "finished"
        ]
      },
      "order": {
        "properties": {
          "asked": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024
          },
          "from": {
            "maximum": 9007199254740991,
            "type": "integer",
            "minimum": 1
          },
          "to": {
            "maximum": 9007199254740991,
            "type": "integer",
            "minimum": 1
          },
          "types": {
            "items": {
              "type": "string",
              "minLength": 1,
              "maxLength": 128
            },
            "type": "array",
            "maxItems": 64
          },
          "actor": {
            "type": "string",
            "minLength": 1,
            "maxLength": 512
          },
          "service": {
            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            "type": "string"
          },
          "instance": {
            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            "type": "string"
          },
          "application": {
            "pattern": "^(_shared|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$",
            "type": "string"
          },
          "key": {
            "pattern": "^[A-Za-z0-9_.-]{1,128}$",
            "type": "string"
          }
        },
        "type": "object",
        "required": [
          "asked",
          "from",
          "to"
        ]
      },
      "position": {
        "maximum": 9007199254740991,
        "type": "integer",
        "minimum": 1
      },
      "digest": {
        "pattern": "^[0-9a-f]{64}$",
        "type": "string"
      },
      "planned": {
        "maximum": 20000,
        "type": "integer",
        "minimum": 1
      },
      "undone": {
        "maximum": 20000,
        "type": "integer",
        "minimum": 0
      },
      "skipped": {
        "maximum": 20000,
        "type": "integer",
        "minimum": 0
      }
    },
    "type": "object",
    "required": [
      "namespace",
      "plan",
      "state",
      "order",
      "position",
      "digest",
      "planned"
    ]
  }
};
