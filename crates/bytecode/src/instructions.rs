//! The instruction set: one table, from which everything else is made.

/// What the argument of an instruction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// There is none; the byte is zero and ignored.
    Unused,
    /// A number that means what the instruction says: a count, a depth, a set of flags.
    Plain,
    /// An index into `co_consts`.
    Const,
    /// An index into `co_names`.
    Name,
    /// An index into `co_varnames`.
    Local,
    /// An index into `co_cellvars + co_freevars`.
    Free,
    /// An index into [`COMPARISONS`].
    Comparison,
    /// A distance in bytes from the next instruction.
    RelativeJump,
    /// A byte offset into `co_code`.
    AbsoluteJump,
}

/// By how much an instruction changes the height of the value stack.
#[derive(Clone, Copy)]
pub enum StackEffect {
    Fixed(i64),
    /// Depends on whether the instruction goes on to the next one or jumps
    /// (for the `SETUP_` instructions: whether the handler is entered).
    Branch {
        next: i64,
        jump: i64,
    },
    /// Depends on the argument.
    Counted(fn(i64) -> i64),
}

/// The comparisons of `COMPARE_OP`, by argument.
pub const COMPARISONS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];

/// Opcodes from this number on have an argument.
pub const HAVE_ARGUMENT: u8 = 90;

/// The number of the prefix that widens the next argument.
pub const EXTENDED_ARG: u8 = Opcode::ExtendedArg as u8;

macro_rules! instructions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $number:literal $name:ident $argument:ident $effect:expr;)+) => {
        /// An instruction of CPython 3.9, by its number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Opcode {
            $($(#[doc = $doc])+ $variant = $number,)+
        }

        impl Opcode {
            /// Every instruction, by ascending number.
            pub const ALL: &[Opcode] = &[$(Opcode::$variant),+];

            pub const fn from_number(number: u8) -> Option<Opcode> {
                match number {
                    $($number => Some(Opcode::$variant),)+
                    _ => None,
                }
            }

            /// The name that `dis` shows.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Opcode::$variant => stringify!($name),)+
                }
            }

            pub const fn argument(self) -> Argument {
                match self {
                    $(Opcode::$variant => Argument::$argument,)+
                }
            }

            pub const fn stack_effect(self) -> StackEffect {
                use StackEffect::*;
                match self {
                    $(Opcode::$variant => $effect,)+
                }
            }
        }

        /// The instructions as `u8` constants, for tables and matches over raw bytes.
        pub mod number {
            $(pub const $name: u8 = $number;)+
        }
    };
}

/// How much room the three values of an exception and the three of the one handled before take.
const HANDLER_ENTRY: i64 = 6;

instructions! {
    /// Discards the top of the stack.
    PopTop = 1 POP_TOP Unused Fixed(-1);
    /// Swaps the two topmost values.
    RotTwo = 2 ROT_TWO Unused Fixed(0);
    /// Moves the top of the stack below the two values under it.
    RotThree = 3 ROT_THREE Unused Fixed(0);
    /// Pushes the top of the stack again.
    DupTop = 4 DUP_TOP Unused Fixed(1);
    /// Pushes the two topmost values again, in the same order.
    DupTopTwo = 5 DUP_TOP_TWO Unused Fixed(2);
    /// Moves the top of the stack below the three values under it.
    RotFour = 6 ROT_FOUR Unused Fixed(0);
    /// Does nothing.
    Nop = 9 NOP Unused Fixed(0);
    /// Replaces the top by `+top`.
    UnaryPositive = 10 UNARY_POSITIVE Unused Fixed(0);
    /// Replaces the top by `-top`.
    UnaryNegative = 11 UNARY_NEGATIVE Unused Fixed(0);
    /// Replaces the top by `not top`.
    UnaryNot = 12 UNARY_NOT Unused Fixed(0);
    /// Replaces the top by `~top`.
    UnaryInvert = 15 UNARY_INVERT Unused Fixed(0);
    /// Replaces the two topmost values by `second @ top`.
    BinaryMatrixMultiply = 16 BINARY_MATRIX_MULTIPLY Unused Fixed(-1);
    /// As `BINARY_MATRIX_MULTIPLY`, in place.
    InplaceMatrixMultiply = 17 INPLACE_MATRIX_MULTIPLY Unused Fixed(-1);
    /// Replaces the two topmost values by `second ** top`.
    BinaryPower = 19 BINARY_POWER Unused Fixed(-1);
    /// Replaces the two topmost values by `second * top`.
    BinaryMultiply = 20 BINARY_MULTIPLY Unused Fixed(-1);
    /// Replaces the two topmost values by `second % top`.
    BinaryModulo = 22 BINARY_MODULO Unused Fixed(-1);
    /// Replaces the two topmost values by `second + top`.
    BinaryAdd = 23 BINARY_ADD Unused Fixed(-1);
    /// Replaces the two topmost values by `second - top`.
    BinarySubtract = 24 BINARY_SUBTRACT Unused Fixed(-1);
    /// Replaces the two topmost values by `second[top]`.
    BinarySubscr = 25 BINARY_SUBSCR Unused Fixed(-1);
    /// Replaces the two topmost values by `second // top`.
    BinaryFloorDivide = 26 BINARY_FLOOR_DIVIDE Unused Fixed(-1);
    /// Replaces the two topmost values by `second / top`.
    BinaryTrueDivide = 27 BINARY_TRUE_DIVIDE Unused Fixed(-1);
    /// As `BINARY_FLOOR_DIVIDE`, in place.
    InplaceFloorDivide = 28 INPLACE_FLOOR_DIVIDE Unused Fixed(-1);
    /// As `BINARY_TRUE_DIVIDE`, in place.
    InplaceTrueDivide = 29 INPLACE_TRUE_DIVIDE Unused Fixed(-1);
    /// Raises the exception (type, value, traceback) on the stack again, traceback untouched.
    Reraise = 48 RERAISE Unused Fixed(-3);
    /// Calls the context manager's exit function, under the six values of a handler and the
    /// exit function, with the exception, and pushes what it returns.
    WithExceptStart = 49 WITH_EXCEPT_START Unused Fixed(1);
    /// Replaces the top by its asynchronous iterator.
    GetAiter = 50 GET_AITER Unused Fixed(0);
    /// Pushes the awaitable of the asynchronous iterator's next item.
    GetAnext = 51 GET_ANEXT Unused Fixed(1);
    /// Looks up `__aenter__` and `__aexit__` of the top; leaves the exit method and the
    /// awaitable of the enter call.
    BeforeAsyncWith = 52 BEFORE_ASYNC_WITH Unused Fixed(1);
    /// Ends an `async for` on `StopAsyncIteration`, else raises again.
    EndAsyncFor = 54 END_ASYNC_FOR Unused Fixed(-7);
    /// As `BINARY_ADD`, in place.
    InplaceAdd = 55 INPLACE_ADD Unused Fixed(-1);
    /// As `BINARY_SUBTRACT`, in place.
    InplaceSubtract = 56 INPLACE_SUBTRACT Unused Fixed(-1);
    /// As `BINARY_MULTIPLY`, in place.
    InplaceMultiply = 57 INPLACE_MULTIPLY Unused Fixed(-1);
    /// As `BINARY_MODULO`, in place.
    InplaceModulo = 59 INPLACE_MODULO Unused Fixed(-1);
    /// `second[top] = third`, popping all three.
    StoreSubscr = 60 STORE_SUBSCR Unused Fixed(-3);
    /// `del second[top]`, popping both.
    DeleteSubscr = 61 DELETE_SUBSCR Unused Fixed(-2);
    /// Replaces the two topmost values by `second << top`.
    BinaryLshift = 62 BINARY_LSHIFT Unused Fixed(-1);
    /// Replaces the two topmost values by `second >> top`.
    BinaryRshift = 63 BINARY_RSHIFT Unused Fixed(-1);
    /// Replaces the two topmost values by `second & top`.
    BinaryAnd = 64 BINARY_AND Unused Fixed(-1);
    /// Replaces the two topmost values by `second ^ top`.
    BinaryXor = 65 BINARY_XOR Unused Fixed(-1);
    /// Replaces the two topmost values by `second | top`.
    BinaryOr = 66 BINARY_OR Unused Fixed(-1);
    /// As `BINARY_POWER`, in place.
    InplacePower = 67 INPLACE_POWER Unused Fixed(-1);
    /// Replaces the top by `iter(top)`.
    GetIter = 68 GET_ITER Unused Fixed(0);
    /// As `GET_ITER`, but leaves generators and (in coroutines) coroutines alone.
    GetYieldFromIter = 69 GET_YIELD_FROM_ITER Unused Fixed(0);
    /// Pops a value and gives it to `sys.displayhook`.
    PrintExpr = 70 PRINT_EXPR Unused Fixed(-1);
    /// Pushes `builtins.__build_class__`.
    LoadBuildClass = 71 LOAD_BUILD_CLASS Unused Fixed(1);
    /// Pops a value to send and delegates to the iterator under it until that is exhausted.
    YieldFrom = 72 YIELD_FROM Unused Fixed(-1);
    /// Replaces the top by the iterator behind `await top`.
    GetAwaitable = 73 GET_AWAITABLE Unused Fixed(0);
    /// Pushes the class `AssertionError`.
    LoadAssertionError = 74 LOAD_ASSERTION_ERROR Unused Fixed(1);
    /// As `BINARY_LSHIFT`, in place.
    InplaceLshift = 75 INPLACE_LSHIFT Unused Fixed(-1);
    /// As `BINARY_RSHIFT`, in place.
    InplaceRshift = 76 INPLACE_RSHIFT Unused Fixed(-1);
    /// As `BINARY_AND`, in place.
    InplaceAnd = 77 INPLACE_AND Unused Fixed(-1);
    /// As `BINARY_XOR`, in place.
    InplaceXor = 78 INPLACE_XOR Unused Fixed(-1);
    /// As `BINARY_OR`, in place.
    InplaceOr = 79 INPLACE_OR Unused Fixed(-1);
    /// Replaces the list on top by a tuple of its items.
    ListToTuple = 82 LIST_TO_TUPLE Unused Fixed(0);
    /// Leaves the frame with the top of the stack.
    ReturnValue = 83 RETURN_VALUE Unused Fixed(-1);
    /// Pops a module and binds all its public names in the locals.
    ImportStar = 84 IMPORT_STAR Unused Fixed(-1);
    /// Sees that the locals have an `__annotations__`.
    SetupAnnotations = 85 SETUP_ANNOTATIONS Unused Fixed(0);
    /// Pops a value and yields it; the value sent in is pushed on resumption.
    YieldValue = 86 YIELD_VALUE Unused Fixed(0);
    /// Removes the innermost block.
    PopBlock = 87 POP_BLOCK Unused Fixed(0);
    /// Ends an exception handler: its block goes and the exception handled before is restored.
    PopExcept = 89 POP_EXCEPT Unused Fixed(-3);
    /// Binds a name in the locals mapping to the value popped.
    StoreName = 90 STORE_NAME Name Fixed(-1);
    /// Unbinds a name in the locals mapping.
    DeleteName = 91 DELETE_NAME Name Fixed(0);
    /// Replaces an iterable by its items, exactly as many as the argument says, the first on top.
    UnpackSequence = 92 UNPACK_SEQUENCE Plain Counted(|count| count - 1);
    /// Pushes the iterator's next item, or pops the iterator and jumps when it is exhausted.
    ForIter = 93 FOR_ITER RelativeJump Branch { next: 1, jump: -1 };
    /// Unpacks with a starred target: low byte of the argument counts the items before it,
    /// the rest those after.
    UnpackEx = 94 UNPACK_EX Plain Counted(|counts| (counts & 0xff) + (counts >> 8));
    /// `top.name = second`, popping both.
    StoreAttr = 95 STORE_ATTR Name Fixed(-2);
    /// `del top.name`, popping it.
    DeleteAttr = 96 DELETE_ATTR Name Fixed(-1);
    /// Binds a global name to the value popped.
    StoreGlobal = 97 STORE_GLOBAL Name Fixed(-1);
    /// Unbinds a global name.
    DeleteGlobal = 98 DELETE_GLOBAL Name Fixed(0);
    /// Pushes a constant.
    LoadConst = 100 LOAD_CONST Const Fixed(1);
    /// Pushes the value of a name: locals mapping, globals, builtins.
    LoadName = 101 LOAD_NAME Name Fixed(1);
    /// Replaces as many values as the argument says by a tuple of them.
    BuildTuple = 102 BUILD_TUPLE Plain Counted(|count| 1 - count);
    /// Replaces as many values as the argument says by a list of them.
    BuildList = 103 BUILD_LIST Plain Counted(|count| 1 - count);
    /// Replaces as many values as the argument says by a set of them.
    BuildSet = 104 BUILD_SET Plain Counted(|count| 1 - count);
    /// Replaces as many key-value pairs as the argument says by a dictionary.
    BuildMap = 105 BUILD_MAP Plain Counted(|count| 1 - 2 * count);
    /// Replaces the top by its attribute.
    LoadAttr = 106 LOAD_ATTR Name Fixed(0);
    /// Replaces the two topmost values by a comparison of them.
    CompareOp = 107 COMPARE_OP Comparison Fixed(-1);
    /// Imports a module: from-list on top, level under it; both replaced by the module.
    ImportName = 108 IMPORT_NAME Name Fixed(-1);
    /// Pushes an attribute (or submodule) of the module on top.
    ImportFrom = 109 IMPORT_FROM Name Fixed(1);
    /// Jumps forward.
    JumpForward = 110 JUMP_FORWARD RelativeJump Fixed(0);
    /// Jumps and keeps the top if it is false, else pops it.
    JumpIfFalseOrPop = 111 JUMP_IF_FALSE_OR_POP AbsoluteJump Branch { next: -1, jump: 0 };
    /// Jumps and keeps the top if it is true, else pops it.
    JumpIfTrueOrPop = 112 JUMP_IF_TRUE_OR_POP AbsoluteJump Branch { next: -1, jump: 0 };
    /// Jumps.
    JumpAbsolute = 113 JUMP_ABSOLUTE AbsoluteJump Fixed(0);
    /// Pops a value and jumps if it is false.
    PopJumpIfFalse = 114 POP_JUMP_IF_FALSE AbsoluteJump Fixed(-1);
    /// Pops a value and jumps if it is true.
    PopJumpIfTrue = 115 POP_JUMP_IF_TRUE AbsoluteJump Fixed(-1);
    /// Pushes the value of a name: globals, builtins.
    LoadGlobal = 116 LOAD_GLOBAL Name Fixed(1);
    /// Replaces the two topmost values by `second is top`, or `is not` if the argument is 1.
    IsOp = 117 IS_OP Plain Fixed(-1);
    /// Replaces the two topmost values by `second in top`, or `not in` if the argument is 1.
    ContainsOp = 118 CONTAINS_OP Plain Fixed(-1);
    /// Pops an exception class (or tuple of them) and the raised type under it; jumps if they do not match.
    JumpIfNotExcMatch = 121 JUMP_IF_NOT_EXC_MATCH AbsoluteJump Fixed(-2);
    /// Pushes a block whose handler starts at the target.
    SetupFinally = 122 SETUP_FINALLY RelativeJump Branch { next: 0, jump: HANDLER_ENTRY };
    /// Pushes a local variable.
    LoadFast = 124 LOAD_FAST Local Fixed(1);
    /// Pops a value into a local variable.
    StoreFast = 125 STORE_FAST Local Fixed(-1);
    /// Unbinds a local variable.
    DeleteFast = 126 DELETE_FAST Local Fixed(0);
    /// Raises: nothing given (0), an exception (1), an exception and its cause (2).
    RaiseVarargs = 130 RAISE_VARARGS Plain Counted(|count| -count);
    /// Calls with as many positional arguments as the argument says.
    CallFunction = 131 CALL_FUNCTION Plain Counted(|count| -count);
    /// Makes a function of qualified name (top) and code; under them, by the argument's bits:
    /// closure (8), annotations (4), keyword defaults (2), defaults (1).
    MakeFunction = 132 MAKE_FUNCTION Plain Counted(|parts| -1 - (parts & 0xf).count_ones() as i64);
    /// Makes a slice of two values, or of three if the argument is 3.
    BuildSlice = 133 BUILD_SLICE Plain Counted(|count| if count == 3 { -2 } else { -1 });
    /// Pushes the cell of a cell or free variable.
    LoadClosure = 135 LOAD_CLOSURE Free Fixed(1);
    /// Pushes what the cell of a variable holds.
    LoadDeref = 136 LOAD_DEREF Free Fixed(1);
    /// Pops a value into the cell of a variable.
    StoreDeref = 137 STORE_DEREF Free Fixed(-1);
    /// Empties the cell of a variable.
    DeleteDeref = 138 DELETE_DEREF Free Fixed(0);
    /// Calls; the tuple on top names the last arguments.
    CallFunctionKw = 141 CALL_FUNCTION_KW Plain Counted(|count| -count - 1);
    /// Calls with a tuple of positional arguments and, if the argument is odd, a mapping of named ones.
    CallFunctionEx = 142 CALL_FUNCTION_EX Plain Counted(|parts| -1 - (parts & 1));
    /// Enters a context manager: leaves its exit method under a block, and the entered value.
    SetupWith = 143 SETUP_WITH RelativeJump Branch { next: 1, jump: HANDLER_ENTRY };
    /// Gives the next instruction's argument eight more high bits.
    ExtendedArg = 144 EXTENDED_ARG Plain Fixed(0);
    /// Pops a value and appends it to the list as deep as the argument says.
    ListAppend = 145 LIST_APPEND Plain Fixed(-1);
    /// Pops a value and adds it to the set as deep as the argument says.
    SetAdd = 146 SET_ADD Plain Fixed(-1);
    /// Pops a value and the key under it into the dictionary as deep as the argument says.
    MapAdd = 147 MAP_ADD Plain Fixed(-2);
    /// Pushes a variable seen from a class body: locals mapping first, then the cell.
    LoadClassderef = 148 LOAD_CLASSDEREF Free Fixed(1);
    /// As `SETUP_FINALLY`, with the awaited result of `__aenter__` kept above the block.
    SetupAsyncWith = 154 SETUP_ASYNC_WITH RelativeJump Branch { next: 0, jump: HANDLER_ENTRY - 1 };
    /// Formats a value: low two bits the conversion (none, str, repr, ascii), 4 if a specification is on top.
    FormatValue = 155 FORMAT_VALUE Plain Counted(|parts| if parts & 4 == 4 { -1 } else { 0 });
    /// Makes a dictionary of the values and the tuple of keys on top.
    BuildConstKeyMap = 156 BUILD_CONST_KEY_MAP Plain Counted(|count| -count);
    /// Joins as many strings as the argument says.
    BuildString = 157 BUILD_STRING Plain Counted(|count| 1 - count);
    /// Looks up a method: leaves it and the receiver, or a null and the attribute.
    LoadMethod = 160 LOAD_METHOD Name Fixed(1);
    /// Calls what `LOAD_METHOD` left.
    CallMethod = 161 CALL_METHOD Plain Counted(|count| -count - 1);
    /// Pops an iterable and extends the list as deep as the argument says.
    ListExtend = 162 LIST_EXTEND Plain Fixed(-1);
    /// Pops an iterable and adds its items to the set as deep as the argument says.
    SetUpdate = 163 SET_UPDATE Plain Fixed(-1);
    /// Pops a mapping into the dictionary as deep as the argument says; a key twice is a `TypeError`.
    DictMerge = 164 DICT_MERGE Plain Fixed(-1);
    /// Pops a mapping into the dictionary as deep as the argument says.
    DictUpdate = 165 DICT_UPDATE Plain Fixed(-1);
}

impl Opcode {
    pub const fn has_argument(self) -> bool {
        self as u8 >= HAVE_ARGUMENT
    }

    /// Whether the argument says where to jump.
    pub const fn is_jump(self) -> bool {
        matches!(self.argument(), Argument::RelativeJump | Argument::AbsoluteJump)
    }

    /// The change in stack height with this argument: when the instruction jumps, when it does not,
    /// or (`None`) the greater of the two.
    pub fn effect(self, argument: u32, jump: Option<bool>) -> i64 {
        match (self.stack_effect(), jump) {
            (StackEffect::Fixed(change), _) => change,
            (StackEffect::Counted(change), _) => change(i64::from(argument)),
            (StackEffect::Branch { jump, .. }, Some(true)) => jump,
            (StackEffect::Branch { next, .. }, Some(false)) => next,
            (StackEffect::Branch { next, jump }, None) => next.max(jump),
        }
    }
}

/// The numbers of the instructions whose argument is of a kind: the lists of the `opcode` module.
pub fn opcodes_with(kind: Argument) -> impl Iterator<Item = u8> {
    Opcode::ALL.iter().filter(move |opcode| opcode.argument() == kind).map(|&opcode| opcode as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ascends_and_argument_numbers_divide_it() {
        assert!(Opcode::ALL.windows(2).all(|pair| (pair[0] as u8) < pair[1] as u8));
        for &opcode in Opcode::ALL {
            assert_eq!(opcode.has_argument(), opcode.argument() != Argument::Unused, "{}", opcode.name());
            assert_eq!(Opcode::from_number(opcode as u8), Some(opcode));
        }
    }

    #[test]
    fn effects_follow_branch_and_argument() {
        assert_eq!(Opcode::ForIter.effect(0, Some(true)), -1);
        assert_eq!(Opcode::ForIter.effect(0, None), 1);
        assert_eq!(Opcode::MakeFunction.effect(15, None), -5);
        assert_eq!(Opcode::UnpackEx.effect(0x0102, None), 3);
    }
}
