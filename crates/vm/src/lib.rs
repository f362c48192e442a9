//! The five layers: runtime, interpreter, thread, frame and evaluation loop; import, marshal, sys, builtins
